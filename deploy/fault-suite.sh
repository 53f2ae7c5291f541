#!/usr/bin/env bash
# Kills, fills, freezes: every fault of docs/reliability.md on a cluster of processes with HDFS, and the soak. Prints a table
# (fault, times tried, recovered, bits equal), which stays in src/test/target/faults.md. About an hour on two cores.
#   deploy/fault-suite.sh                        everything
#   deploy/fault-suite.sh -Dfaults='driver.*'    faults by name; with -Dgroups=faults without the soak
#   -Dsoak.minutes=30  -Dkill.seed=N             length of the soak; which kills are drawn
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rm -f src/test/target/faults.md
ended=0
./mvnw -q verify -pl src/test -am -Dgroups='faults | soak' -DexcludedGroups= \
  -Dtest='FaultSuiteTest,KilledDriverTest,SoakTest' -Dsurefire.failIfNoSpecifiedTests=false "$@" || ended=$?
cat src/test/target/faults.md
exit $ended
