package io.halfspace.spark;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.halfspace.dl4j.Evaluation;
import io.halfspace.solver.SolverState;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A training between two steps, as a checkpoint holds it: where it was, and all that the next step depends on.
 *
 * <p>Kept are the parameters, the optimiser's memory, the solver's state, and for every cut the parameters before it. What
 * the network was like is not: the stages are gone through again without training, and which groups a cut took is read off
 * the parameters, as it was the first time.
 */
final class TrainingCheckpoint {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String POSITION = "position.json";
    private static final String PARAMETERS = "parameters";
    private static final String OPTIMIZER = "optimizer";
    private static final String SOLVER = "solver";
    private static final String BEFORE_CUT = "before-cut-";

    private final CheckpointStore.Stored stored;
    private final Position position;

    /**
     * Where a training was.
     *
     * @param step steps taken
     * @param stage index of the stage that the training is in
     * @param cuts how often the network was cut
     * @param given tells the data and the first parameters of the run
     * @param history what happened so far
     * @param epoch what added up since the last epoch
     * @param dense how well the dense network did; {@link Evaluation#NONE} before it was judged
     */
    record Position(
            int step, int stage, int cuts, String given, History history, EpochSums.Sums epoch, Evaluation dense) {
        /** Before the first step. */
        static final Position START = new Position(0, 0, 0, "", new History(), EpochSums.Sums.NONE, Evaluation.NONE);

        private boolean isComplete() {
            return step >= 0
                    && stage >= 0
                    && cuts >= 0
                    && Stream.of(given, history, epoch, dense).allMatch(Objects::nonNull);
        }
    }

    private TrainingCheckpoint(CheckpointStore.Stored stored, Position position) {
        this.stored = stored;
        this.position = position;
    }

    /** Reads where a checkpoint was; the rest is read when it is needed. */
    static TrainingCheckpoint of(CheckpointStore.Stored stored) {
        try (InputStream in = stored.open(POSITION)) {
            Position position = JSON.readValue(in, Position.class);
            if (position == null || !position.isComplete()) {
                throw new IOException("'%s' says too little".formatted(POSITION));
            }
            return new TrainingCheckpoint(stored, position);
        } catch (IOException e) {
            throw unreadable(stored, e);
        }
    }

    Position position() {
        return position;
    }

    /** What a trainee at a position leaves in a checkpoint, by file name. */
    static Map<String, CheckpointStore.Content> contents(Position position, Trainee trainee) {
        Map<String, CheckpointStore.Content> contents = new LinkedHashMap<>();
        byte[] json;
        try {
            json = JSON.writeValueAsBytes(position);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        contents.put(POSITION, out -> out.write(json));
        contents.put(PARAMETERS, data(out -> write(trainee.parameters(), out)));
        contents.put(OPTIMIZER, data(trainee::saveOptimizer));
        trainee.solverState().ifPresent(state -> contents.put(SOLVER, data(out -> write(state, out))));
        int cut = trainee.cuts();
        for (Optional<Origin> at = trainee.origin();
                at.isPresent();
                at = at.get().before()) {
            float[] before = at.get().parameters();
            contents.put(BEFORE_CUT + --cut, data(out -> write(before, out)));
        }
        return contents;
    }

    /**
     * The trainee as it was, made by going through the stages up to its own.
     *
     * @param start what the run began with
     */
    Trainee restore(Trainee start, List<Stage> stages) {
        try {
            Trainee trainee = start;
            for (Stage stage : stages.subList(0, position.stage + 1)) {
                if (trainee.cuts() < position.cuts) {
                    trainee.load(floats(BEFORE_CUT + trainee.cuts()));
                }
                trainee = stage.begin().apply(trainee);
            }
            Optional<SolverState> state =
                    trainee.solverState().isPresent() ? Optional.of(solverState()) : Optional.empty();
            try (DataInputStream memory = open(OPTIMIZER)) {
                trainee.restore(floats(PARAMETERS), memory, state);
            }
            return trainee;
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw unreadable(stored, e);
        }
    }

    @Override
    public String toString() {
        return stored.toString();
    }

    private static JobException unreadable(CheckpointStore.Stored stored, Exception cause) {
        return new JobException(
                ExitCode.TRY_AGAIN,
                "Cannot go on from checkpoint '%s': %s; delete it to go on from the one before"
                        .formatted(stored, Failures.firstLine(cause)),
                cause);
    }

    /** Something that writes numbers. */
    private interface Data {
        void writeTo(DataOutputStream out) throws IOException;
    }

    private static CheckpointStore.Content data(Data data) {
        return stream -> {
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(stream, 1 << 16));
            data.writeTo(out);
            out.flush();
        };
    }

    private DataInputStream open(String name) throws IOException {
        return new DataInputStream(new BufferedInputStream(stored.open(name), 1 << 16));
    }

    private static void write(float[] values, DataOutputStream out) throws IOException {
        out.writeInt(values.length);
        for (float value : values) {
            out.writeFloat(value);
        }
    }

    private float[] floats(String name) throws IOException {
        try (DataInputStream in = open(name)) {
            float[] values = new float[count(in, name, Float.BYTES)];
            for (int i = 0; i < values.length; i++) {
                values[i] = in.readFloat();
            }
            return values;
        }
    }

    /** A number of values that a file says it holds; memory is asked for only if the file is large enough for them. */
    private int count(DataInputStream in, String name, int bytesEach) throws IOException {
        int count = in.readInt();
        long bytes = stored.bytes(name);
        if (count < 0 || (long) count * bytesEach > bytes) {
            throw new IOException("'%s' says it holds %d values, found %d bytes".formatted(name, count, bytes));
        }
        return count;
    }

    private static void write(SolverState state, DataOutputStream out) throws IOException {
        out.writeInt(state.stepsTaken());
        write(state.saliency(), out);
        write(state.targeted(), out);
        write(state.zero(), out);
        write(state.chosenNorm(), out);
    }

    private SolverState solverState() throws IOException {
        try (DataInputStream in = open(SOLVER)) {
            return new SolverState(in.readInt(), doubles(in), flags(in), flags(in), doubles(in));
        }
    }

    private static void write(double[] values, DataOutputStream out) throws IOException {
        out.writeInt(values.length);
        for (double value : values) {
            out.writeDouble(value);
        }
    }

    private double[] doubles(DataInputStream in) throws IOException {
        double[] values = new double[count(in, SOLVER, Double.BYTES)];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readDouble();
        }
        return values;
    }

    private static void write(boolean[] flags, DataOutputStream out) throws IOException {
        out.writeInt(flags.length);
        for (boolean flag : flags) {
            out.writeBoolean(flag);
        }
    }

    private boolean[] flags(DataInputStream in) throws IOException {
        boolean[] flags = new boolean[count(in, SOLVER, 1)];
        for (int i = 0; i < flags.length; i++) {
            flags[i] = in.readBoolean();
        }
        return flags;
    }
}
