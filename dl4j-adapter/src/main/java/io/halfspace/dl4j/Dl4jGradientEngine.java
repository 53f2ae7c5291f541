package io.halfspace.dl4j;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The reference engine: Deeplearning4j itself defines what a gradient is.
 *
 * <p>Holds one network of its own, so that its memory is allocated once. Random numbers of ND4J belong to the calling
 * thread; one engine must therefore be used by one thread only.
 */
public final class Dl4jGradientEngine implements GradientEngine {
    private final ComputationGraph network;
    private final List<OutputLoss> losses;
    private final boolean averages;
    /** Kept beside the network's own arrays, which have its precision. */
    private final float[] parameters;

    private final float[] gradient;

    /**
     * Opens an engine.
     *
     * @param configurationJson configuration of the network, as Deeplearning4j writes it
     */
    public Dl4jGradientEngine(String configurationJson) {
        this(new ComputationGraph(ComputationGraphConfiguration.fromJson(configurationJson)));
    }

    /** Opens an engine on a network, which the engine then owns. */
    Dl4jGradientEngine(ComputationGraph network) {
        this.network = network;
        losses = OutputLoss.of(network.getConfiguration());
        network.init();
        network.initGradientsView();
        averages = network.getOutputLayer(0).conf().isMiniBatch();
        parameters = new float[Math.toIntExact(network.numParams())];
        gradient = new float[parameters.length];
    }

    @Override
    public FloatBuffer parameters() {
        return FloatBuffer.wrap(parameters);
    }

    @Override
    public FloatBuffer gradient() {
        return FloatBuffer.wrap(gradient);
    }

    @Override
    public double differentiate(Batch batch, long seed) {
        FlatParameters.set(network, parameters);
        double lossSum = compute(batch, seed);
        FlatParameters.copy(network.getFlattenedGradients(), gradient);
        return lossSum;
    }

    @Override
    public double[] preciseGradient(Batch batch, long seed) {
        FlatParameters.set(network, parameters);
        compute(batch, seed);
        return network.getFlattenedGradients()
                .castTo(DataType.DOUBLE)
                .dup()
                .data()
                .asDouble();
    }

    /** Computes the gradient at the network's present parameters into its flattened gradient; returns the loss sum. */
    double compute(Batch batch, long seed) {
        Nd4j.getRandom().setSeed(seed);
        network.getFlattenedGradients().assign(0);
        // Truncated backpropagation through time would otherwise go on where the last batch ended.
        network.rnnClearPreviousState();
        try (Given given = new Given(batch)) {
            network.setInputs(given.features);
            network.setLabels(given.labels);
            network.setLayerMaskArrays(given.featureMasks, given.labelMasks);
            network.computeGradientAndScore();
        } finally {
            network.clearLayerMaskArrays();
            network.clear();
        }
        return lossSum(batch.rows());
    }

    /**
     * From Deeplearning4j's score: the mean of the losses or, of a network that is configured without {@code miniBatch}, their
     * sum; regularisation is in it once either way.
     */
    private double lossSum(int rows) {
        return averages ? network.score() * rows : network.score() + (rows - 1) * network.calcRegularizationScore(true);
    }

    @Override
    public Inference inference() {
        FlatParameters.set(network, parameters);
        return Judgement.inference(losses, this::answers);
    }

    private List<Values> answers(Batch batch) {
        try (Given given = new Given(batch)) {
            INDArray[] outputs = network.output(false, given.features, given.featureMasks, given.labelMasks);
            return Arrays.stream(outputs).map(Dl4jGradientEngine::values).toList();
        } finally {
            network.clearLayerMaskArrays();
        }
    }

    @Override
    public void close() {
        network.close();
    }

    private static Values values(INDArray array) {
        int[] shape = Arrays.stream(array.shape()).mapToInt(Math::toIntExact).toArray();
        INDArray flat = array.dup('c').reshape(array.length());
        return array.dataType() == DataType.DOUBLE
                ? Values.of(flat.toDoubleVector(), shape)
                : Values.of(flat.castTo(DataType.FLOAT).toFloatVector(), shape);
    }

    /** A batch as ND4J arrays, in the network's precision; masks are null where there is none, as Deeplearning4j has it. */
    private final class Given implements AutoCloseable {
        private final List<INDArray> owned = new ArrayList<>();
        final INDArray[] features;
        final INDArray[] featureMasks;
        final INDArray[] labels;
        final INDArray[] labelMasks;

        Given(Batch batch) {
            features = batch.inputs().stream().map(each -> array(each.values())).toArray(INDArray[]::new);
            featureMasks = masks(batch.inputs().stream().map(Batch.Input::mask).toList());
            labels = IntStream.range(0, batch.targets().size())
                    .mapToObj(i -> array(losses.get(i).labels(batch.targets().get(i))))
                    .toArray(INDArray[]::new);
            labelMasks = masks(batch.targets().stream().map(Target::mask).toList());
        }

        private INDArray[] masks(List<Optional<Values>> masks) {
            if (masks.stream().allMatch(Optional::isEmpty)) {
                return null;
            }
            return masks.stream()
                    .map(mask -> mask.map(this::array).orElse(null))
                    .toArray(INDArray[]::new);
        }

        private INDArray array(Values values) {
            INDArray array = values.toArray();
            DataType type = network.getConfiguration().getDataType();
            INDArray typed = array.dataType() == type ? array : array.castTo(type);
            owned.add(typed);
            return typed;
        }

        @Override
        public void close() {
            owned.forEach(INDArray::close);
        }
    }
}
