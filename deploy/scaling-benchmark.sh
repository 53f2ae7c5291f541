#!/usr/bin/env bash
# Times the training loop on two executors of one core each beside two bare processes that only compute gradients, taking
# turns; prints the ratio.
#   deploy/scaling-benchmark.sh                              ResNet-20, 64 examples a shard, about four minutes
#   deploy/scaling-benchmark.sh network=resnet18 turns=3     arguments of io.halfspace.spark.ScalingBenchmark
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$here/deploy/environment.sh"
build_if_stale
use_vectors
export SPARK_HOME="$dist/spark" SPARK_SCALA_VERSION=2.12 SPARK_LOCAL_IP=127.0.0.1 SPARK_LOCAL_HOSTNAME=localhost
exec "$java" "${java_options[@]}" "-Dspark.executor.extraJavaOptions=${jvm_options[*]}" \
  -cp "$dist/halfspace.jar:$dist/lib/*:$dist/spark/jars/*" io.halfspace.spark.ScalingBenchmark "$@"
