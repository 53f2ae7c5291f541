#!/usr/bin/env bash
# Runs the job on a real Spark cluster on this machine: a master and two workers, each in a JVM of its own, and the job
# handed in by spark-submit. Everything comes from the Maven build; no Spark installation is needed.
#   deploy/local-cluster.sh compress examples/digits.yaml --set training.epochs=4
#   WORKERS, WORKER_CORES, WORKER_MEMORY   size of the cluster, default 2 workers of 1 core and 3g
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$here/deploy/environment.sh"
build_if_stale
[ "${1:-}" != compress ] || use_vectors

export SPARK_HOME="$dist/spark" SPARK_SCALA_VERSION=2.12 SPARK_LOCAL_IP=127.0.0.1 SPARK_LOCAL_HOSTNAME=localhost
work=$(mktemp -d)
daemons=()
stop() {
  [ "${#daemons[@]}" -eq 0 ] || kill "${daemons[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT

daemon() { # log file, class and arguments
  local log="$1"
  shift
  "$java" -Xmx512m "${spark_opens[@]}" "-Dlog4j2.configurationFile=$here/deploy/log4j2-daemons.properties" \
    -cp "$SPARK_HOME/jars/*" "$@" >"$log" 2>&1 &
  daemons+=($!)
}
wait_for() { # log file, pattern, what
  for _ in $(seq 120); do
    if grep -q "$2" "$1"; then return; fi
    sleep 0.5
  done
  echo "Cannot start $3 within a minute; its log:" >&2
  cat "$1" >&2
  exit 75
}

daemon "$work/master.log" org.apache.spark.deploy.master.Master --host localhost --port 0 --webui-port 0
wait_for "$work/master.log" "I have been elected leader" "the master"
port=$(sed -n "s/.*Successfully started service 'sparkMaster' on port \([0-9]*\).*/\1/p" "$work/master.log")
for i in $(seq "${WORKERS:-2}"); do
  daemon "$work/worker-$i.log" org.apache.spark.deploy.worker.Worker "spark://localhost:$port" --host localhost \
    --cores "${WORKER_CORES:-1}" --memory "${WORKER_MEMORY:-3g}" --work-dir "$work/worker-$i" --webui-port 0
done
for i in $(seq "${WORKERS:-2}"); do
  wait_for "$work/worker-$i.log" "Successfully registered with master" "worker $i"
done
echo "cluster   spark://localhost:$port with ${WORKERS:-2} workers in JVMs of their own" >&2

jars=("$dist"/lib/*.jar)
"$java" "${java_options[@]}" -cp "$SPARK_HOME/jars/*" org.apache.spark.deploy.SparkSubmit \
  --master "spark://localhost:$port" \
  --jars "$(IFS=,; echo "${jars[*]}")" \
  --conf spark.executor.memory=1g \
  --conf "spark.executor.extraJavaOptions=${jvm_options[*]}" \
  --conf "spark.executorEnv.OMP_NUM_THREADS=$OMP_NUM_THREADS" \
  --conf spark.ui.enabled=false \
  --class io.halfspace.spark.Main "$dist/halfspace.jar" "$@"
