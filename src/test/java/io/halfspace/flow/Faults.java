package io.halfspace.flow;

import java.util.List;
import java.util.stream.Stream;

/** All faults that are tried. Whatever happens, the run ends with the bits of one that nothing happened to. */
final class Faults {
    private static final String PRUNE = "prune";
    private static final String ERASE = "erase";
    private static final String BOTH = "erase-then-prune";

    /** The one of the default test run. */
    static final Fault SHORT = new Fault(
            "executor halted in a gradient",
            BOTH,
            "its JVM halts while it computes a gradient; the run goes on",
            ExecutorFaults::haltedInGradient);

    private Faults() {}

    static List<Fault> all() {
        return Stream.of(executors(), settings(), drivers(), storage())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Fault> executors() {
        return List.of(
                SHORT,
                new Fault(
                        "executor killed in a round",
                        BOTH,
                        "SIGKILL while it stands still and the other shards are done",
                        ExecutorFaults::killedInRound),
                new Fault(
                        "executor that goes silent",
                        BOTH,
                        "it stands still until Spark gives it up, after 10 seconds; no connection breaks",
                        ExecutorFaults::silent),
                new Fault(
                        "executor killed between rounds",
                        BOTH,
                        "SIGKILL while the driver writes a checkpoint",
                        ExecutorFaults::killedBetweenRounds),
                new Fault(
                        "executor halted in an evaluation",
                        BOTH,
                        "its JVM halts while it judges the network",
                        ExecutorFaults::haltedInEvaluation),
                new Fault(
                        "executor halted twice in a row",
                        BOTH,
                        "the only executor halts in a gradient, and so does the next one",
                        ExecutorFaults::haltedTwice),
                new Fault(
                        "all executors lost at once",
                        BOTH,
                        "SIGKILL for both executors, twice in a run",
                        ExecutorFaults::allLost),
                new Fault("task that throws once", PRUNE, "a task fails in a gradient", ExecutorFaults::throwsOnce),
                new Fault(
                        "straggler",
                        PRUNE,
                        "three times an executor stands still for 3 seconds",
                        ExecutorFaults::straggler));
    }

    private static List<Fault> settings() {
        return List.of(
                new Fault(
                        "speculation",
                        PRUNE,
                        "switched on, on two workers with names of their own; three tasks wait 3 seconds, their copies do not",
                        SettingFaults::speculation),
                new Fault(
                        "dynamic allocation",
                        PRUNE,
                        "from one executor to two, idle ones leave",
                        SettingFaults::dynamicAllocation),
                new Fault("Kryo", BOTH, "as Spark's serializer", SettingFaults::kryo),
                new Fault(
                        "fewer slots than shards",
                        BOTH,
                        "one executor of one core for four shards",
                        SettingFaults::oneSlot),
                new Fault(
                        "natives cache missing",
                        PRUNE,
                        "org.bytedeco.javacpp.cachedir names a folder that is not there",
                        SettingFaults::missingCache),
                new Fault(
                        "natives cache unwritable",
                        PRUNE,
                        "org.bytedeco.javacpp.cachedir names a folder that nobody can make",
                        SettingFaults::unwritableCache),
                new Fault(
                        "clock jumps",
                        BOTH,
                        "an hour ahead and two back while the run is at work; SIGKILL; the second attempt lives three days earlier",
                        SettingFaults::clock));
    }

    private static List<Fault> drivers() {
        return List.of(
                killed(PRUNE),
                killed(ERASE),
                killed(BOTH),
                terminated(PRUNE),
                terminated(ERASE),
                terminated(BOTH),
                new Fault(
                        "driver asked to end in a step that hangs",
                        PRUNE,
                        "SIGTERM while an executor stands still for a minute: exit code 143, its last step is kept",
                        DriverFaults::terminatedInAStepThatHangs),
                new Fault(
                        "second driver",
                        PRUNE,
                        "started on a run at work: it ends with 75 and a sentence",
                        DriverFaults::second),
                new Fault(
                        "driver frozen",
                        PRUNE,
                        "SIGSTOP, a second driver finishes the run, SIGCONT: the first ends with 75 and spoils nothing",
                        DriverFaults::frozen));
    }

    private static Fault killed(String mode) {
        return new Fault(
                "driver killed, " + mode, mode, "SIGKILL with executors at work, which end too", DriverFaults::killed);
    }

    private static Fault terminated(String mode) {
        return new Fault(
                "driver asked to end, " + mode,
                mode,
                "SIGTERM: exit code 143, its last step is kept",
                DriverFaults::terminated);
    }

    private static List<Fault> storage() {
        return List.of(
                new Fault(
                        "disk full",
                        BOTH,
                        "an HDFS space quota on the run's folder while it is at work: exit code 75; lifted before the next attempt",
                        StorageFaults::full),
                new Fault(
                        "read-only from the start",
                        PRUNE,
                        "HDFS permissions: exit code 2; given before the next attempt",
                        StorageFaults::readOnlyFromTheStart),
                new Fault(
                        "read-only on the way",
                        PRUNE,
                        "HDFS permissions taken while it is at work: exit code 75; given back before the next attempt",
                        StorageFaults::readOnlyOnTheWay),
                new Fault(
                        "data node gone",
                        PRUNE,
                        "HDFS without its data node while the run is at work; back before the next attempt",
                        StorageFaults::dataNodeGone));
    }
}
