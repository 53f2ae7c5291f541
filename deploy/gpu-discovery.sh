#!/usr/bin/env bash
# Spark's GPU discovery script: prints the GPUs of this machine as Spark wants them, {"name":"gpu","addresses":["0","1"]}.
#   spark.worker.resource.gpu.discoveryScript, or spark.executor.resource.gpu.discoveryScript on YARN and Kubernetes;
#   deploy/gpu.conf shows both. Executors have to see the same GPUs: see docs/gpu.md about CUDA_VISIBLE_DEVICES.
set -euo pipefail
if ! indices=$(nvidia-smi --query-gpu=index --format=csv,noheader); then
  echo "Cannot find GPUs: nvidia-smi failed, install NVIDIA's driver or take this machine out of the GPU pool" >&2
  exit 1
fi
printf '{"name":"gpu","addresses":[%s]}\n' "$(sed 's/[^0-9]//g; s/.*/"&"/' <<<"$indices" | paste -sd,)"
