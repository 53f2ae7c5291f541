package io.halfspace.dl4j;

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
    private final int classes;

    /**
     * Opens an engine.
     *
     * @param configurationJson configuration of the network, as Deeplearning4j writes it
     * @param classes number of classes that its output tells apart
     */
    public Dl4jGradientEngine(String configurationJson, int classes) {
        this(new ComputationGraph(ComputationGraphConfiguration.fromJson(configurationJson)), classes);
    }

    /** Opens an engine on a network, which the engine then owns. */
    Dl4jGradientEngine(ComputationGraph network, int classes) {
        this.network = network;
        this.classes = classes;
        network.init();
        network.initGradientsView();
    }

    @Override
    public GradientSum gradient(float[] parameters, LabelledBatch batch, long seed) {
        FlatParameters.set(network, parameters);
        double lossSum = compute(batch, seed);
        return new GradientSum(FlatParameters.copy(network.getFlattenedGradients()), lossSum, batch.rows());
    }

    /** Computes the gradient at the network's present parameters into its flattened gradient; returns the loss sum. */
    double compute(LabelledBatch batch, long seed) {
        Nd4j.getRandom().setSeed(seed);
        network.getFlattenedGradients().assign(0);
        try (INDArray features = typed(batch.toArray());
                INDArray labels = labels(batch)) {
            network.setInputs(features);
            network.setLabels(labels);
            network.computeGradientAndScore();
        } finally {
            network.clear();
        }
        return network.score() * batch.rows();
    }

    @Override
    public Evaluation evaluate(float[] parameters, LabelledBatch batch) {
        FlatParameters.set(network, parameters);
        try (INDArray features = typed(batch.toArray())) {
            INDArray output = network.outputSingle(false, features);
            return Classification.of(network, output, batch.labels());
        }
    }

    @Override
    public void close() {
        network.close();
    }

    private INDArray labels(LabelledBatch batch) {
        float[] oneHot = new float[Math.multiplyExact(batch.rows(), classes)];
        for (int r = 0; r < batch.rows(); r++) {
            oneHot[r * classes + batch.labels()[r]] = 1f;
        }
        return typed(Nd4j.createFromArray(oneHot).reshape('c', batch.rows(), classes));
    }

    private INDArray typed(INDArray array) {
        DataType type = network.getConfiguration().getDataType();
        return type == DataType.FLOAT ? array : array.castTo(type);
    }
}
