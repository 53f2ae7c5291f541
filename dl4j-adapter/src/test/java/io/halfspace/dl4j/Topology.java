package io.halfspace.dl4j;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * A small network to test on; its inputs are called in0, in1, ...
 *
 * @param prunable whether it has groups
 * @param precisions the data types that Deeplearning4j runs it in
 * @param inferred whether Deeplearning4j finds out the sizes of its layers
 */
record Topology(
        String name,
        List<InputType> inputs,
        boolean prunable,
        List<DataType> precisions,
        boolean inferred,
        Consumer<GraphBuilder> layers) {
    static final int EXAMPLES = 3;

    Topology(String name, List<InputType> inputs, boolean prunable, Consumer<GraphBuilder> layers) {
        this(name, inputs, prunable, List.of(DataType.FLOAT, DataType.DOUBLE), true, layers);
    }

    /** The same; Deeplearning4j runs one of its layers in single precision only. */
    Topology inSinglePrecision() {
        return new Topology(name, inputs, prunable, List.of(DataType.FLOAT), inferred, layers);
    }

    /** The same; its layers have their sizes, which Deeplearning4j would infer wrongly. */
    Topology withOwnSizes() {
        return new Topology(name, inputs, prunable, precisions, false, layers);
    }

    /** The highest precision that Deeplearning4j runs it in. */
    DataType precision() {
        return precisions.get(precisions.size() - 1);
    }

    ComputationGraph network(DataType type) {
        GraphBuilder graph = new NeuralNetConfiguration.Builder()
                .seed(11)
                .dataType(type)
                .weightInit(WeightInit.XAVIER)
                .activation(Activation.IDENTITY)
                .updater(new Adam(0.01))
                .graphBuilder();
        for (int i = 0; i < inputs.size(); i++) {
            graph.addInputs("in" + i);
        }
        if (inferred) {
            graph.setInputTypes(inputs.toArray(InputType[]::new));
        }
        layers.accept(graph);
        ComputationGraph network = new ComputationGraph(graph.build());
        network.init();
        randomize(network, new Random(5));
        return network;
    }

    INDArray[] probe(DataType type) {
        if (name.startsWith("embedding")) {
            long[] shape = shape(inputs.get(0));
            shape[1] = 1;
            return new INDArray[] {Transforms.floor(Nd4j.rand(type, shape).muli(9))};
        }
        return inputs.stream().map(input -> Nd4j.randn(type, shape(input))).toArray(INDArray[]::new);
    }

    InputType[] types() {
        return inputs.toArray(InputType[]::new);
    }

    private static long[] shape(InputType input) {
        long[] shape = input.getShape(true);
        shape[0] = EXAMPLES;
        return shape;
    }

    /** Weights of both signs; biases positive, so that few units are dead, and so are variances. */
    static void randomize(ComputationGraph network, Random random) {
        for (GraphVertex vertex : network.getVertices()) {
            if (vertex.numParams() == 0) {
                continue;
            }
            for (Map.Entry<String, INDArray> entry : vertex.paramTable(false).entrySet()) {
                INDArray values = entry.getValue();
                double[] drawn = new double[(int) values.length()];
                boolean positive = List.of("var", "b", "beta").contains(entry.getKey());
                Arrays.setAll(drawn, i -> positive ? 0.2 + random.nextDouble() : 0.6 * random.nextGaussian());
                values.assign(Nd4j.createFromArray(drawn).reshape(values.shape()));
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
