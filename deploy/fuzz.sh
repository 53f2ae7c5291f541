#!/usr/bin/env bash
# Feeds the readers of foreign files with what a coverage-guided fuzzer (Jazzer) makes up: deploy/fuzz.sh SECONDS [READER...]
# Readers: idx csv image tar yaml normalizer checkpoint position model keras; all, one after the other, if none is named. Ends with 1 if one of
# them broke its word; the input then lies in target/fuzz/READER and belongs into spark-job/src/test/resources/fuzz/READER.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=${1:?how many seconds a reader}
shift
[ $# -gt 0 ] || set -- idx csv image tar yaml normalizer checkpoint position model keras
version=0.26.0

./mvnw -q -pl spark-job -am test-compile dependency:build-classpath -Dmdep.outputFile=target/fuzz-classpath \
  -Dmdep.includeScope=test
./mvnw -q dependency:copy -Dartifact=com.code-intelligence:jazzer:$version -DoutputDirectory="$PWD/target/fuzz-jars" -N
./mvnw -q dependency:copy -Dartifact=com.code-intelligence:jazzer-api:$version -DoutputDirectory="$PWD/target/fuzz-jars" -N
here=$PWD
cd spark-job
classpath=target/test-classes:target/classes:$(cat target/fuzz-classpath):$(ls "$here"/target/fuzz-jars/*.jar | paste -sd:)
java -cp "$classpath" io.halfspace.spark.ReaderFuzzTest "$here/target/fuzz"
broken=0
for reader in "$@"; do
  corpus=$here/target/fuzz/$reader
  log=$corpus.log
  if java -Xmx2g -Dfuzz.reader="$reader" -Dfuzz.corpus="$corpus" -Dorg.bytedeco.javacpp.maxphysicalbytes=8g -cp "$classpath" \
    com.code_intelligence.jazzer.Jazzer --target_class=io.halfspace.spark.ReaderFuzz \
    '--instrumentation_includes=io.halfspace.**:org.apache.commons.compress.archivers.**:org.snakeyaml.**:io.jhdf.**:com.fasterxml.jackson.**' \
    --reproducer_path="$corpus" -artifact_prefix="$corpus/" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=4096 \
    -max_len=65536 "$corpus" >"$log" 2>&1; then
    echo "$reader: kept its word, $(grep -oE 'Done [0-9]+ runs in [0-9]+ second' "$log" || tail -1 "$log")"
  else
    broken=1
    echo "$reader: BROKE ITS WORD, see $log"
  fi
done
exit $broken
