package io.halfspace.spark;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.EquivalenceCheck;
import io.halfspace.dl4j.Evaluation;
import io.halfspace.dl4j.FlatParameters;
import io.halfspace.dl4j.ModelFile;
import io.halfspace.dl4j.Values;
import io.halfspace.graph.ErasableSegments;
import io.halfspace.graph.GroupPartition;
import io.halfspace.graph.ZeroGroups;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Proves that a trained compact network computes what the zeroed one does, and only then writes it.
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
     * Publishes a compact network that was trained.
     *
     * <p>It is compared with the network that it was cut out of in the first place, whose parameters are the trained ones
     * where they stayed, and otherwise what they were when they left: zero, or without effect because of these zeros.
     *
     * @param trained the compact network
     * @param baseline the whole network trained without compression, if the job asked for it
     * @param beforePruning how well the network did at the end of the warm-up
     * @throws JobException exit code 4 if the two networks differ; nothing is published then
     */
    void publish(Trainer.Trained trained, Optional<Trainer.Trained> baseline, Evaluation beforePruning) {
        Trainee trainee = trained.trainee();
        Origin origin = trainee.origin().orElseThrow();
        Network network = origin.firstCut().network();
        ComputationGraph full = network.graph();
        FlatParameters.set(full, origin.inFirst(trainee.parameters()));
        ComputationGraph compact = trainee.toGraph();
        Network small = trainee.network();
        Values probe = trained.history().skipped().isEmpty() ? probe() : finite(probe(), full);
        report.timed("equality", () -> check(full, compact, probe));
        counts(network, origin, trained.history().passedOver());
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
                trained.evaluation().accuracy(),
                trainer.judgedOn(),
                Latency.of(compact, probe)));
        report.history("history", trained.history());
        baseline.ifPresent(dense -> report.history("baselineHistory", dense.history()));
        folder.write(Normalizer.EXTRA + ".json", data.normalizer().toJson());
        folder.write(RunFolder.MODEL, out -> ModelFile.write(compact, out, false, extras));
    }

    /** What has left, read off the weights at the cuts; groups that left with segments count as zero. */
    private void counts(Network network, Origin origin, List<String> passedOver) {
        if (config.mode().erases()) {
            Origin first = origin.firstCut();
            ErasableSegments segments = network.segments();
            boolean[] zero = ZeroGroups.in(segments, first.parameters());
            report.segments(
                    segments.count(),
                    IntStream.range(0, zero.length)
                            .filter(s -> zero[s])
                            .mapToObj(segments::name)
                            .toList(),
                    passedOver);
        }
        if (config.mode().prunes()) {
            GroupPartition last = origin.network().groups();
            boolean[] zero = ZeroGroups.in(last, origin.parameters());
            long kept = IntStream.range(0, zero.length).filter(g -> !zero[g]).count();
            report.groups(network.groups().count(), (int) (network.groups().count() - kept));
        }
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
        Awaited.shards(JavaSparkContext.fromSparkContext(data.train().context()), "the examples for the proof");
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

    /**
     * Without the examples whose outputs are not finite: they were left out of training, and prove nothing. All where none is
     * left, so that the check fails.
     */
    private static Values finite(Values probe, ComputationGraph full) {
        double[][] outputs = full.outputSingle(false, probe.toArray())
                .castTo(DataType.DOUBLE)
                .toDoubleMatrix();
        int[] rows = IntStream.range(0, outputs.length)
                .filter(row -> Arrays.stream(outputs[row]).allMatch(Double::isFinite))
                .toArray();
        if (rows.length == 0) {
            return probe;
        }
        int width = probe.floats().length / outputs.length;
        float[] kept = new float[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(probe.floats(), rows[i] * width, kept, i * width, width);
        }
        int[] shape = probe.shape().clone();
        shape[0] = rows.length;
        return Values.of(kept, shape);
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
