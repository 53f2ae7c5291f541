# Sourced by ./halfspace and by the scripts beside this one; expects $here, the root of the repository.
# Gives: java (the executable), java_options, dist (where the build puts everything), build_if_stale, use_vectors.

dist="$here/spark-job/target/halfspace"
java="${JAVA_HOME:+$JAVA_HOME/bin/}java"

if ! version=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = //p') \
    || [ "${version%%.*}" -lt 17 ]; then
  echo "Cannot run: found Java '${version:-none}', expected 17 or newer, install a JDK 17 or set JAVA_HOME" >&2
  exit 2
fi

export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"
# Events of a run on standard error: not where a person looks at it, who has the progress on standard output.
if [ -t 2 ]; then export HALFSPACE_LOG="${HALFSPACE_LOG:-off}"; fi
# Freed memory is kept for the next step, as in executors (io.halfspace.spark.Sessions); a user's own settings win.
malloc_options=(glibc.malloc.arena_max=1 glibc.malloc.mmap_threshold=33554432 glibc.malloc.trim_threshold=8589934592
  glibc.malloc.top_pad=67108864 glibc.malloc.hugetlb=1)
export GLIBC_TUNABLES="${GLIBC_TUNABLES:-$(IFS=:; echo "${malloc_options[*]}")}"
# With several threads a task OpenMP's wait for work asleep: OpenBLAS has threads of its own, which need the cores meanwhile.
export GOMP_SPINCOUNT="${GOMP_SPINCOUNT:-1000}"
# What org.apache.spark.launcher.JavaModuleOptions gives to JVMs that Spark starts itself.
spark_opens=(-XX:+IgnoreUnrecognizedVMOptions
  --add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.lang.invoke=ALL-UNNAMED
  --add-opens=java.base/java.lang.reflect=ALL-UNNAMED --add-opens=java.base/java.io=ALL-UNNAMED
  --add-opens=java.base/java.net=ALL-UNNAMED --add-opens=java.base/java.nio=ALL-UNNAMED
  --add-opens=java.base/java.util=ALL-UNNAMED --add-opens=java.base/java.util.concurrent=ALL-UNNAMED
  --add-opens=java.base/java.util.concurrent.atomic=ALL-UNNAMED
  --add-opens=java.base/jdk.internal.ref=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED
  --add-opens=java.base/sun.nio.cs=ALL-UNNAMED --add-opens=java.base/sun.security.action=ALL-UNNAMED
  --add-opens=java.base/sun.util.calendar=ALL-UNNAMED -Djdk.reflect.useDirectMethodHandle=false)
off_heap="${HALFSPACE_OFF_HEAP:-6g}"
# Of the driver and of executors. Arrays of a million parameters fit into one region of the heap: larger ones are allocated and
# freed apart, at a price in every step.
jvm_options=(-XX:G1HeapRegionSize=8m "-Dorg.bytedeco.javacpp.maxbytes=$off_heap" -Dorg.bytedeco.javacpp.maxphysicalbytes=0
  -Dorg.eclipse.deeplearning4j.helpers.disable=false)
java_options=("-Xmx${HALFSPACE_HEAP:-2g}" "${spark_opens[@]}" "${jvm_options[@]}"
  "-Dlog4j2.configurationFile=$here/deploy/log4j2.properties" -Djava.awt.headless=true)

# For commands that train: solver steps use vector instructions where Java has the module. Java says so in a line of its own.
use_vectors() {
  if "$java" --add-modules=jdk.incubator.vector -version >/dev/null 2>&1; then
    java_options+=(--add-modules=jdk.incubator.vector)
  fi
}

# Builds when there is no build yet, or when a source or pom is newer than it.
build_if_stale() {
  local stamp="$dist/halfspace.jar"
  if [ ! -f "$stamp" ] || [ -n "$(find "$here/pom.xml" "$here"/*/pom.xml "$here"/*/src/main -newer "$stamp" -type f -print -quit)" ]; then
    echo "building Halfspace (once; the first time Maven fetches about 500 MB)" >&2
    (cd "$here" && ./mvnw -q -pl spark-job -am -Dmaven.test.skip=true -Dspotless.check.skip=true package >&2)
    touch "$stamp"
  fi
}
