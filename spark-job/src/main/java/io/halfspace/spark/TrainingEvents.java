package io.halfspace.spark;

/**
 * Is told of what happens in one training of a run, and tells what {@link RunEvents} tells, and the log of steps.
 *
 * <p>Not thread-safe.
 */
final class TrainingEvents {
    private final RunEvents run;
    private final String title;
    private final StepLog log;
    private int steps;
    private String phase = "";

    TrainingEvents(RunEvents run, String title, StepLog log) {
        this.run = run;
        this.title = title;
        this.log = log;
    }

    /**
     * The training begins, or goes on.
     *
     * @param step steps that were taken before
     * @param stepsInAll steps in all
     */
    void begin(int step, int stepsInAll, Trainee trainee) {
        steps = stepsInAll;
        run.at(title, step, "begin");
        log.goOn(step, trainee.zeroCount());
        run.progress().begin(title, step, stepsInAll);
    }

    void resumed(TrainingCheckpoint checkpoint) {
        run.progress().say("%-9s goes on from %s", title, checkpoint);
        run.at(title, checkpoint.position().step(), "begin");
        RunEvents.info(run.line("resume").with("file", checkpoint));
    }

    void stage(Stage stage, Trainee trainee) {
        if (!trainee.passedOver().isEmpty()) {
            run.progress()
                    .say(
                            "kept      %s: without them the network would be invalid or far smaller than asked",
                            String.join(", ", trainee.passedOver()));
        }
        RunEvents.info(run.line("stage")
                .with("stage", stage.name())
                .with("until", stage.end())
                .with("parameters", trainee.parameters().length)
                .with("groups", trainee.groups().count())
                .with("zero", trainee.zeroCount()));
    }

    void skipped(History.Skipped batch) {
        run.metrics().batchesSkipped.inc();
        run.progress()
                .say(
                        "skipped   step %d leaves out %d examples of shard %d: %s",
                        batch.step(), batch.rows(), batch.shard(), batch.fault());
        RunEvents.warn(run.line("batch-skipped")
                .with("shard", batch.shard())
                .with("rows", batch.rows())
                .with("error", batch.fault()));
    }

    /**
     * A step was taken.
     *
     * @param accuracy validation accuracy of the last epoch, NaN before the first
     */
    void step(StepTaken taken, double accuracy) {
        log.add(taken);
        run.metrics().step(title, steps, taken);
        String now = ConfigSection.word(taken.report().phase());
        run.at(title, taken.step() + 1, now);
        if (!now.equals(phase)) {
            phase = now;
            RunEvents.info(run.line("phase")
                    .with("stage", taken.stage().name())
                    .measured("loss", taken.loss())
                    .with("zero", taken.trainee().zeroCount())
                    .with("targeted", taken.report().targetedGroups()));
        }
        run.progress()
                .step(
                        taken.step() + 1,
                        taken.sum().rows(),
                        taken.loss(),
                        accuracy,
                        taken.trainee().zeroCount(),
                        taken.trainee().groups().count());
    }

    /**
     * An epoch ended.
     *
     * @param evaluationNanos thereof judging
     */
    void epoch(History.Epoch epoch, long evaluationNanos) {
        run.metrics().epoch(epoch, evaluationNanos);
        RunEvents.info(run.line("epoch")
                .with("epoch", epoch.epoch())
                .with("stage", epoch.stage())
                .measured("loss", epoch.trainLoss())
                .measured("validationLoss", epoch.validationLoss())
                .measured("validationAccuracy", epoch.validationAccuracy())
                .with("zero", epoch.groupsZero())
                .measured("seconds", epoch.seconds())
                .measured("roundSeconds", epoch.roundSeconds())
                .measured("computeSeconds", epoch.computeSeconds())
                .measured("updateSeconds", epoch.updateSeconds())
                .measured("solverSeconds", epoch.solverSeconds())
                .measured("evaluationSeconds", evaluationNanos / 1e9));
    }

    /** A checkpoint is about to be written, to which the log of the steps up to here belongs. */
    void keeping(int step) {
        log.keep(step);
    }

    void kept(CheckpointStore.Stored checkpoint, long nanos) {
        run.metrics().checkpoint(checkpoint.bytes(), nanos);
        RunEvents.info(run.line("checkpoint")
                .with("file", checkpoint)
                .with("bytes", checkpoint.bytes())
                .measured("seconds", nanos / 1e9));
    }
}
