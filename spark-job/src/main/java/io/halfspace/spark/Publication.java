package io.halfspace.spark;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.EquivalenceCheck;
import io.halfspace.dl4j.Evaluation;
import io.halfspace.dl4j.FlatParameters;
import io.halfspace.dl4j.ModelFile;
import io.halfspace.dl4j.SubnetworkBuilder;
import io.halfspace.dl4j.Values;
import io.halfspace.graph.ZeroGroups;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * Cuts the sub-network out of a trained network, proves that both compute the same, and only then writes it.
 */
final class Publication {
    private static final int PROBE_ROWS = 64;

    private final JobConfig config;
    private final RunFolder folder;
    private final RunReport report;
    private final Trainer trainer;
    private final TrainingData data;

    Publication(JobConfig config, RunFolder folder, RunReport report, Trainer trainer, TrainingData data) {
        this.config = config;
        this.folder = folder;
        this.report = report;
        this.trainer = trainer;
        this.data = data;
    }

    /**
     * Publishes the sub-network of a trained network.
     *
     * @param network the full network; its parameters are set to the trained ones
     * @param baseline the same network trained without compression, if the job asked for it
     * @param beforePruning how well the network did at the end of the warm-up
     * @throws JobException exit code 4 if the two networks differ; nothing is published then
     */
    void publish(
            Network network, Trainer.Trained trained, Optional<Trainer.Trained> baseline, Evaluation beforePruning) {
        ComputationGraph full = network.graph();
        FlatParameters.set(full, trained.parameters());
        boolean[] zero = ZeroGroups.in(network.groups(), trained.parameters());
        ComputationGraph compact = report.timed(
                "construction", () -> SubnetworkBuilder.build(full, network.trace(), network.groups(), zero));
        report.groups(zero.length, count(zero));
        Values probe = probe();
        report.timed("equality", () -> check(full, compact, probe));
        Evaluation evaluation = report.timed("evaluation", () -> trainer.evaluate("compact", compact));
        Network small = Network.analyse(compact, config.data().shape());
        Map<String, String> extras = Map.of(Normalizer.EXTRA, data.normalizer().toJson());
        report.dense(new RunReport.Figures(
                network.cost(),
                size(full, extras),
                baseline.map(Trainer.Trained::evaluation).orElse(beforePruning).accuracy(),
                trainer.judgedOn()
                        + (baseline.isPresent() ? ", trained without compression" : ", at the end of the warm-up"),
                Latency.of(full, probe)));
        report.compact(new RunReport.Figures(
                small.cost(),
                size(compact, extras),
                evaluation.accuracy(),
                trainer.judgedOn(),
                Latency.of(compact, probe)));
        report.history("history", trained.history());
        baseline.ifPresent(dense -> report.history("baselineHistory", dense.history()));
        folder.write(Normalizer.EXTRA + ".json", data.normalizer().toJson());
        folder.write("job.yaml", config.text());
        folder.write(RunFolder.MODEL, out -> ModelFile.write(compact, out, false, extras));
    }

    private EquivalenceCheck check(ComputationGraph full, ComputationGraph compact, Values probe) {
        EquivalenceCheck check = EquivalenceCheck.compare(full, compact, probe.toArray());
        report.equality(check, probe.shape()[0]);
        if (!check.passed()) {
            throw new JobException(
                    ExitCode.CHECK_FAILED,
                    "Cannot publish the model: it differs from the zeroed network by %.3g of the largest output, expected at most %.3g"
                            .formatted(check.maxRelativeDifference(), check.tolerance()));
        }
        return check;
    }

    /** Real examples of the first training shard. */
    private Values probe() {
        Shard shard = data.train().first();
        Minibatch rows = shard.rows(0, Math.min(PROBE_ROWS, shard.rows()), data.normalizer());
        return Batch.ofClasses(
                        rows.features(),
                        config.data().shape(),
                        rows.labels(),
                        config.data().classes())
                .inputs()
                .get(0)
                .values();
    }

    private static int count(boolean[] flags) {
        int count = 0;
        for (boolean flag : flags) {
            count += flag ? 1 : 0;
        }
        return count;
    }

    private static long size(ComputationGraph network, Map<String, String> extras) {
        long[] written = {0};
        try (OutputStream counting = new OutputStream() {
            @Override
            public void write(int b) {
                written[0]++;
            }

            @Override
            public void write(byte[] bytes, int from, int length) {
                written[0] += length;
            }
        }) {
            ModelFile.write(network, counting, false, extras);
        } catch (IOException e) {
            throw new IllegalStateException("Cannot measure the model's size", e);
        }
        return written[0];
    }
}
