#!/usr/bin/env bash
# Times the engines beside PyTorch from Python, taking turns, with one and with two native threads; prints ratios to PyTorch.
#   deploy/engine-benchmark.sh                                   all networks, about twenty minutes
#   deploy/engine-benchmark.sh networks=resnet20,lstm seconds=5  arguments of io.halfspace.torch.EngineBenchmark
#   HALFSPACE_PYTHON   a python that imports torch; without it PyTorch is left out
#   THREADS            default "1 2"
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$here/deploy/environment.sh"
build_if_stale
for threads in ${THREADS:-1 2}; do
  OMP_NUM_THREADS=$threads "$java" "${java_options[@]}" -cp "$dist/halfspace.jar:$dist/lib/*:$dist/spark/jars/*" \
    io.halfspace.torch.EngineBenchmark "$@"
  echo
done
