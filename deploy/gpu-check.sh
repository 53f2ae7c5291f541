#!/usr/bin/env bash
# Shows on a machine with a GPU that the engine is right and fast there, and prints tables: docs/gpu.md. Needs Java 17, but
# neither Maven nor Spark, if the jars are in one folder.
#   deploy/gpu-check.sh                         with the jars of this repository, built with -Pcuda
#   JARS=/opt/halfspace/lib deploy/gpu-check.sh with the jars (and unpacked natives, in a folder of that name) found there
#   HALFSPACE_PYTHON    a python that imports torch with CUDA, to compare times with; its vendor libraries are used too
#   further arguments   of io.halfspace.torch.GpuCheck, like check=digits time=resnet20 seconds=2
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [ -n "${JARS:-}" ]; then
  java="${JAVA_HOME:+$JAVA_HOME/bin/}java"
  classes="$JARS/*:$JARS/natives"
else
  . "$here/deploy/environment.sh"
  if ! ls "$dist"/lib/pytorch-*-gpu.jar >/dev/null 2>&1; then
    echo "building Halfspace with CUDA (once; Maven fetches 460 MB)" >&2
    (cd "$here" && ./mvnw -q -Pcuda -pl spark-job -am -Dmaven.test.skip=true -Dspotless.check.skip=true clean package >&2)
  fi
  classes="$dist/halfspace.jar:$dist/lib/*:$dist/spark/jars/*"
fi
# Python wheels keep CUDA's libraries in folders of their own.
if [ -n "${HALFSPACE_PYTHON:-}" ]; then
  packages=$("$HALFSPACE_PYTHON" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
  for folder in "$packages"/nvidia/*/lib; do
    LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$folder"
  done
  export LD_LIBRARY_PATH
fi
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-$(nproc)}" CUDA_DEVICE_ORDER=PCI_BUS_ID CUBLAS_WORKSPACE_CONFIG=:4096:8
exec "$java" "-Xmx${HALFSPACE_HEAP:-8g}" -Dorg.bytedeco.javacpp.maxbytes=32g -Dorg.bytedeco.javacpp.maxphysicalbytes=0 \
  -cp "$classes" io.halfspace.torch.GpuCheck "$@"
