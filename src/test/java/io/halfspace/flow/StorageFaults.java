package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

/** What happens to the file system that a run writes to: what is there stays whole, and the next attempt goes on. */
final class StorageFaults {
    private static final int STEPS_BEFORE = 16;

    private StorageFaults() {}

    static void full(FaultRun run) throws Exception {
        Process driver = run.start();
        run.awaitSteps(driver, STEPS_BEFORE);
        run.hdfs().fill(run.folder());

        run.ends(driver, 75);

        assertThat(run.printed()).contains("Cannot write").contains("quota").doesNotContain("another driver");
        run.hdfs().empty(run.folder());
        run.ends(0);
        run.wentOn();
    }

    static void readOnlyFromTheStart(FaultRun run) throws Exception {
        run.hdfs().makeReadOnly(run.folder());

        run.ends(2);

        assertThat(run.printed()).contains("Cannot write to '" + run.folder()).contains("Permission denied");
        run.hdfs().files().setOwner(run.folder(), Hdfs.USER, null);
        run.hdfs().writable(run.folder(), true);
        run.ends(0);
    }

    static void readOnlyOnTheWay(FaultRun run) throws Exception {
        Process driver = run.start();
        run.awaitSteps(driver, STEPS_BEFORE);
        run.hdfs().writable(run.folder(), false);

        run.ends(driver, 75);

        assertThat(run.printed())
                .contains("Cannot write")
                .contains("Permission denied")
                .doesNotContain("another driver");
        run.hdfs().writable(run.folder(), true);
        run.ends(0);
    }

    static void dataNodeGone(FaultRun run) throws Exception {
        Process driver = run.start();
        run.awaitSteps(driver, STEPS_BEFORE);
        run.hdfs().stopDataNode();
        try {
            run.ends(driver, 75);
        } finally {
            run.hdfs().startDataNode();
        }
        assertThat(run.printed())
                .contains("Cannot write")
                .contains("data nodes")
                .doesNotContain("another driver");
        run.ends(0);
    }
}
