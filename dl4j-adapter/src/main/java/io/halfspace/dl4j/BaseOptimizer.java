package io.halfspace.dl4j;

import io.halfspace.dl4j.FlatParameters.Range;
import io.halfspace.graph.Remainder;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * Deeplearning4j's own updater, on the driver: turns a gradient into the step that the user's configuration asks for
 * (Adam, Nesterovs, schedules, gradient clipping, L1, L2, weight decay).
 *
 * <p>Running statistics are kept out of all of it. Deviation from Deeplearning4j, whose clipping and normalisation of a
 * layer's gradient count the steps of its running mean and variance too, and scale them.
 *
 * <p>Borrows a network, whose parameters and gradient it overwrites with every call. Not thread-safe.
 */
public final class BaseOptimizer {
    /** Values of its memory that are copied at a time. */
    private static final int CHUNK = 1 << 16;

    private final ComputationGraph network;
    private final ComputationGraphUpdater updater;
    private final Gradient gradientViews;
    private final List<Range> statistics;

    public BaseOptimizer(ComputationGraph network) {
        this.network = network;
        // A network that has an updater already has the gradient that the updater's views are of.
        if (network.getFlattenedGradients() == null) {
            network.initGradientsView();
        }
        this.updater = network.getUpdater(true);
        this.gradientViews = views(network);
        this.statistics = FlatParameters.statistics(network);
    }

    /**
     * The step to subtract from the parameters.
     *
     * @param parameters the flat parameters; not modified
     * @param gradient sum over {@code rows} examples; at the running statistics the sum of the steps of {@code
     *     minibatches} minibatches, of which the mean is taken; not modified
     * @param rows examples in the sum
     * @param minibatches minibatches that the sum was gathered from
     * @param iteration steps taken so far, for schedules and bias correction
     * @param epoch epochs finished so far, for schedules
     * @return the update u, so that the plain step is {@code parameters - u}; owned by the receiver
     */
    public float[] update(float[] parameters, float[] gradient, int rows, int minibatches, int iteration, int epoch) {
        FlatParameters.set(network, parameters);
        float[] trained = gradient.clone();
        statistics.forEach(range -> Arrays.fill(trained, range.from(), range.to(), 0));
        FlatParameters.write(trained, network.getFlattenedGradients());
        update(rows, iteration, epoch);
        float[] update = FlatParameters.copy(network.getFlattenedGradients());
        for (Range range : statistics) {
            for (int i = range.from(); i < range.to(); i++) {
                update[i] = gradient[i] / minibatches;
            }
        }
        return update;
    }

    /**
     * The same for the network's present parameters and flattened gradient, which becomes the step, in its data type; there
     * the running statistics are zero before and after.
     */
    void update(int rows, int iteration, int epoch) {
        updater.update(gradientViews, iteration, epoch, rows, LayerWorkspaceMgr.noWorkspaces());
    }

    /**
     * An optimiser for a network that was cut out of this one's: what it remembers of every parameter that stays (momentum,
     * moments) goes with it. This one is not modified.
     *
     * @param smaller borrowed by the new optimiser
     * @param remainder what stayed of the parameters
     */
    public BaseOptimizer cut(ComputationGraph smaller, Remainder remainder) {
        BaseOptimizer optimizer = new BaseOptimizer(smaller);
        OptimizerState.of(updater, network.numParams()).gather(remainder).writeTo(optimizer.updater);
        return optimizer;
    }

    /**
     * Writes what the optimiser remembers, so that {@link #restore} can go on with the same bits: the number of values as a
     * long, then the values in Deeplearning4j's order, as doubles, which hold floats exactly.
     */
    public void save(DataOutput out) throws IOException {
        INDArray memory = updater.getStateViewArray();
        long length = memory == null ? 0 : memory.length();
        out.writeLong(length);
        for (long from = 0; from < length; from += CHUNK) {
            for (double value : chunk(memory, from).toDoubleVector()) {
                out.writeDouble(value);
            }
        }
    }

    /**
     * Takes over what {@link #save} wrote of an optimiser of the same configuration.
     *
     * @throws IOException if it is of another length, or ends too early
     */
    public void restore(DataInput in) throws IOException {
        INDArray memory = updater.getStateViewArray();
        long length = memory == null ? 0 : memory.length();
        long found = in.readLong();
        if (found != length) {
            throw new IOException(
                    "Cannot restore the optimiser: found %d values, expected %d".formatted(found, length));
        }
        for (long from = 0; from < length; from += CHUNK) {
            INDArray chunk = chunk(memory, from);
            double[] values = new double[(int) chunk.length()];
            for (int i = 0; i < values.length; i++) {
                values[i] = in.readDouble();
            }
            chunk.assign(Nd4j.createFromArray(values).castTo(chunk.dataType()));
        }
    }

    private static INDArray chunk(INDArray memory, long from) {
        long to = Math.min(memory.length(), from + CHUNK);
        return memory.reshape(memory.length()).get(NDArrayIndex.interval(from, to));
    }

    /** Learning rate that the updater uses at a step: the largest over all layers. */
    public double learningRate(int iteration, int epoch) {
        double largest = 0;
        for (GraphVertex vertex : FlatParameters.trainables(network)) {
            for (IUpdater each : updaters(vertex)) {
                double rate = each.hasLearningRate() ? each.getLearningRate(iteration, epoch) : 0;
                largest = Math.max(largest, Double.isNaN(rate) ? 0 : rate);
            }
        }
        return largest;
    }

    /** Whether a network's updater scales each coordinate by its own history (Adam and its kin), unlike SGD and momentum. */
    public static boolean isAdaptive(ComputationGraph network) {
        return FlatParameters.trainables(network).stream()
                .flatMap(vertex -> updaters(vertex).stream())
                .map(each -> each.getClass().getSimpleName())
                .anyMatch(name -> name.startsWith("A") || name.equals("Nadam") || name.equals("RmsProp"));
    }

    private static List<IUpdater> updaters(GraphVertex vertex) {
        if (vertex.hasLayer() && vertex.getLayer().conf().getLayer() instanceof BaseLayer layer) {
            return layer.getIUpdater() == null ? List.of() : List.of(layer.getIUpdater());
        }
        return List.of();
    }

    /** The flattened gradient under the names that Deeplearning4j's clipping looks for. */
    private static Gradient views(ComputationGraph network) {
        Gradient gradient = new FlatGradient(network.getFlattenedGradients());
        for (GraphVertex vertex : FlatParameters.trainables(network)) {
            if (!vertex.hasLayer()) {
                continue;
            }
            var conf = vertex.getLayer().conf();
            conf.getLayer()
                    .initializer()
                    .getGradientsFromFlattened(conf, vertex.getGradientsViewArray())
                    .forEach((key, view) -> gradient.setGradientFor(vertex.getVertexName() + "_" + key, view));
        }
        return gradient;
    }

    /**
     * A gradient that answers with the very array that was given: Deeplearning4j's own answers with a view of it, by which the
     * updater takes it for a stranger's and cuts views of it and of the parameters anew in every step, most of a step's time.
     */
    private static final class FlatGradient extends DefaultGradient {
        private static final long serialVersionUID = 1L;

        private final transient INDArray flat;

        FlatGradient(INDArray flat) {
            super(flat);
            this.flat = flat;
        }

        @Override
        public INDArray gradient() {
            return flat;
        }
    }
}
