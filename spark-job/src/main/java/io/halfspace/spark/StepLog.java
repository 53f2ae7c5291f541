package io.halfspace.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.halfspace.graph.GroupSet;
import io.halfspace.solver.StepReport;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What every step of a run did, a line of JSON each: {@code steps.jsonl}. Nothing in it depends on the clock: the same job
 * writes the same lines.
 *
 * <p>Sparsity by layer stands only in lines where it changed. Not thread-safe.
 */
final class StepLog implements AutoCloseable {
    static final String NAME = "steps.jsonl";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final OutputStream out;
    private int zeroBefore;

    /** Takes over the stream. */
    StepLog(OutputStream out) {
        this.out = out;
    }

    /** A log that keeps nothing. */
    static StepLog none() {
        return new StepLog(OutputStream.nullOutputStream());
    }

    /** Adds what a step did; {@code loss} is the mean over its examples, before the step. */
    void add(int step, int epoch, Stage stage, Trainee trainee, StepReport report, double loss) {
        ObjectNode line = JSON.createObjectNode()
                .put("step", step + 1)
                .put("epoch", epoch + 1)
                .put("stage", stage.name())
                .put("phase", report.phase().name())
                .put("loss", loss)
                .put("learningRate", trainee.learningRate(step, epoch))
                .put("parameters", trainee.parameters().length)
                .put("groupsZero", trainee.zeroCount())
                .put("groupsTargeted", report.targetedGroups())
                .put("projections", report.projections())
                .put("lambdaMin", report.lambdaMin())
                .put("lambdaMax", report.lambdaMax())
                .put("cosineMin", report.minCosine())
                .put("cosineMean", report.meanCosine())
                .put("cosineMax", report.maxCosine());
        if (trainee.zeroCount() != zeroBefore) {
            line.set("zeroByLayer", JSON.valueToTree(zeroByLayer(trainee.groups(), trainee.zero())));
            zeroBefore = trainee.zeroCount();
        }
        try {
            out.write(JSON.writeValueAsBytes(line));
            out.write("\n".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + NAME, e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot write " + NAME, e);
        }
    }

    /** Zero groups of each layer that has any: channels under the layer that makes them, segments under their name. */
    private static Map<String, Integer> zeroByLayer(GroupSet groups, boolean[] zero) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (int g = 0; g < zero.length; g++) {
            if (zero[g]) {
                String name = groups.name(g);
                int channel = name.lastIndexOf('[');
                counts.merge(channel < 0 ? name : name.substring(0, channel), 1, Integer::sum);
            }
        }
        return counts;
    }
}
