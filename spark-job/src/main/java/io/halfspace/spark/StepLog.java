package io.halfspace.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.halfspace.graph.GroupSet;
import io.halfspace.solver.StepReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What every step of a run did, a line of JSON each: {@code steps.jsonl}. Nothing in it depends on the clock: the same job
 * writes the same lines.
 *
 * <p>Sparsity by layer stands only in lines where it changed. While the run goes on the lines lie in parts, each written
 * before the checkpoint that it belongs to, so that a run that was interrupted has the lines of one that was not. Not
 * thread-safe.
 */
final class StepLog {
    static final String NAME = "steps.jsonl";
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String PARTS = "steps";

    private final Optional<RunFolder> folder;
    private ByteArrayOutputStream lines = new ByteArrayOutputStream();
    private int zeroBefore;
    private int steps;

    /** A log in a run's folder. */
    StepLog(RunFolder folder) {
        this(Optional.of(folder));
    }

    private StepLog(Optional<RunFolder> folder) {
        this.folder = folder;
    }

    /** A log that keeps nothing. */
    static StepLog none() {
        return new StepLog(Optional.empty());
    }

    /**
     * Goes on after so many steps: what was written of later ones is dropped.
     *
     * @param zeroGroups groups that were zero then
     */
    void goOn(int stepsTaken, int zeroGroups) {
        zeroBefore = zeroGroups;
        steps = stepsTaken;
        folder.ifPresent(run -> run.list(PARTS).stream()
                .filter(part -> part.compareTo(part(stepsTaken)) > 0)
                .forEach(run::delete));
    }

    /** Writes the lines since the last time; {@code stepsTaken} is the number of steps up to now. */
    void keep(int stepsTaken) {
        if (folder.isPresent() && lines.size() > 0) {
            byte[] written = lines.toByteArray();
            folder.get().write(part(stepsTaken), out -> out.write(written));
            lines = new ByteArrayOutputStream();
        }
    }

    /** Makes one file of all that was written; the training is over. */
    void finish() {
        folder.ifPresent(run -> {
            keep(steps);
            List<String> parts = run.list(PARTS);
            run.write(NAME, out -> {
                for (String part : parts) {
                    run.copy(part, out);
                }
            });
        });
    }

    /** Deletes what the one file was made of; before the run is over another attempt may have to make it again. */
    void discardParts() {
        folder.ifPresent(run -> run.delete(PARTS));
    }

    private static String part(int stepsTaken) {
        return "%s/%012d.jsonl".formatted(PARTS, stepsTaken);
    }

    /** Adds what a step did. */
    void add(StepTaken taken) {
        Trainee trainee = taken.trainee();
        StepReport report = taken.report();
        GradientRound.Sum sum = taken.sum();
        ObjectNode line = JSON.createObjectNode()
                .put("step", taken.step() + 1)
                .put("epoch", taken.epoch() + 1)
                .put("stage", taken.stage().name())
                .put("phase", report.phase().name())
                .put("loss", sum.rows() == 0 ? null : taken.loss())
                .put("learningRate", trainee.learningRate(taken.step(), taken.epoch()))
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
        if (!sum.bad().isEmpty()) {
            line.set(
                    "skippedShards",
                    JSON.valueToTree(
                            sum.bad().stream().map(GradientRound.Bad::shard).toList()));
        }
        try {
            lines.write(JSON.writeValueAsBytes(line));
            lines.write('\n');
            steps = taken.step() + 1;
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
