package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class ModelFileTest {
    @BeforeAll
    static void enable() {
        NativeAcceleration.enable();
    }

    static Stream<IUpdater> updaters() {
        return Stream.of(
                new Adam(1e-3),
                new Sgd(0.1),
                new Nesterovs(
                        new MapSchedule.Builder(ScheduleType.EPOCH)
                                .add(0, 0.1)
                                .add(3, 0.01)
                                .build(),
                        0.9));
    }

    @ParameterizedTest
    @MethodSource("updaters")
    void a_network_comes_back_with_the_same_bits(IUpdater updater) throws IOException {
        ComputationGraph network = trained(updater);
        ComputationGraph back = read(bytes(network, true));

        assertThat(bits(back.params())).isEqualTo(bits(network.params()));
        assertThat(bits(back.getUpdater().getStateViewArray()))
                .isEqualTo(bits(network.getUpdater().getStateViewArray()));
        assertThat(back.getConfiguration()).isEqualTo(network.getConfiguration());
        assertThat(back.getIterationCount()).isEqualTo(3);

        network.fit(digits());
        back.fit(digits());
        assertThat(bits(back.params())).isEqualTo(bits(network.params()));
    }

    @ParameterizedTest
    @MethodSource("updaters")
    void plain_Deeplearning4j_loads_what_is_written(IUpdater updater) throws IOException {
        ComputationGraph network = trained(updater);
        byte[] file = bytes(network, true, Map.of("normalisation", "{\"mean\":[0.5]}"));
        ComputationGraph back = ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file), true);

        assertThat(bits(back.params())).isEqualTo(bits(network.params()));
        assertThat(bits(back.getUpdater().getStateViewArray()))
                .isEqualTo(bits(network.getUpdater().getStateViewArray()));
    }

    @Test
    void what_plain_Deeplearning4j_writes_is_read() throws IOException {
        ComputationGraph network = trained(new Adam(1e-3));
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ModelSerializer.writeModel(network, file, true);
        ComputationGraph back = read(file.toByteArray());

        assertThat(bits(back.params())).isEqualTo(bits(network.params()));
        assertThat(bits(back.getUpdater().getStateViewArray()))
                .isEqualTo(bits(network.getUpdater().getStateViewArray()));
    }

    @Test
    void the_updater_stays_behind_when_not_asked_for() throws IOException {
        ComputationGraph network = trained(new Adam(1e-3));
        ComputationGraph back = read(bytes(network, false));

        assertThat(bits(back.params())).isEqualTo(bits(network.params()));
        assertThat(back.getUpdater().getStateViewArray().amaxNumber().doubleValue())
                .isZero();
    }

    @Test
    void the_same_network_gives_the_same_bytes() throws IOException {
        ComputationGraph network = trained(new Adam(1e-3));

        assertThat(bytes(network, true)).isEqualTo(bytes(network, true));
        assertThat(bytes(read(bytes(network, true)), true)).isEqualTo(bytes(network, true));
    }

    @Test
    void a_double_network_stays_double() throws IOException {
        ComputationGraph network = trained(new Adam(1e-3)).convertDataType(DataType.DOUBLE);
        ComputationGraph back = read(bytes(network, true));

        assertThat(back.params().dataType()).isEqualTo(DataType.DOUBLE);
        assertThat(back.params().toDoubleVector()).isEqualTo(network.params().toDoubleVector());
    }

    static List<Topology> topologies() {
        return Topologies.all();
    }

    @ParameterizedTest
    @MethodSource("topologies")
    void a_network_of_any_layer_comes_back(Topology topology) throws IOException {
        ComputationGraph network = topology.network(DataType.FLOAT);
        ComputationGraph back = read(bytes(network, false));

        assertThat(bits(back.params())).isEqualTo(bits(network.params()));
        assertThat(back.getConfiguration()).isEqualTo(network.getConfiguration());
    }

    @Test
    void extras_travel_beside_the_network() throws IOException {
        ComputationGraph network = trained(new Sgd(0.1));
        Map<String, String> extras = Map.of("normalisation", "{\"mean\":[0.5]}", "labels", "[\"nought\",\"öne\"]");
        byte[] file = bytes(network, false, extras);

        assertThat(ModelFile.readExtras("m", new ByteArrayInputStream(file))).isEqualTo(extras);
        assertThat(bits(read(file).params())).isEqualTo(bits(network.params()));
        assertThat(ModelFile.readExtras("m", new ByteArrayInputStream(bytes(network, false))))
                .isEmpty();
        assertThatThrownBy(() -> bytes(network, false, Map.of("../x", "{}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("halfspace/../x.json");
    }

    @Test
    void a_local_file_works_like_a_stream(@TempDir Path folder) throws IOException {
        ComputationGraph network = trained(new Sgd(0.1));
        ModelFile.write(network, folder.resolve("model.any"), false);

        assertThat(bits(ModelFile.read(folder.resolve("model.any")).params())).isEqualTo(bits(network.params()));
        assertThatThrownBy(() -> ModelFile.read(folder.resolve("absent.zip")))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("absent.zip': it cannot be opened");
    }

    @ParameterizedTest
    @ValueSource(strings = {"digits", "branches", "resnet20"})
    void a_configuration_gives_fresh_parameters_from_its_seed(String name) {
        ComputationGraph network =
                BuiltinNetworks.create(name, new int[] {3, 32, 32}, 10, 5, new Nesterovs(0.1, 0.9), 1e-4);
        ComputationGraph back = read(network.getConfiguration().toJson().getBytes(StandardCharsets.UTF_8));

        assertThat(bits(back.params())).isEqualTo(bits(network.params()));
    }

    @Test
    void a_stack_of_layers_becomes_the_graph_that_computes_and_learns_the_same() throws IOException {
        for (boolean miniBatch : new boolean[] {true, false}) {
            MultiLayerNetwork stack = new MultiLayerNetwork(convolutionalStack(miniBatch));
            stack.init();
            stack.fit(digits());
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            ModelSerializer.writeModel(stack, file, true);
            ComputationGraph graph = read(file.toByteArray());

            INDArray features = digits().getFeatures();
            assertThat(bits(graph.outputSingle(features))).isEqualTo(bits(stack.output(features)));
            assertThat(graph.getIterationCount()).isEqualTo(stack.getIterationCount());
            stack.fit(digits());
            graph.fit(digits());
            assertThat(bits(graph.params())).isEqualTo(bits(stack.params()));
        }
    }

    @Test
    void a_recurrent_stack_becomes_the_same_graph() throws IOException {
        MultiLayerNetwork stack = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Adam(1e-2))
                .list()
                .layer(new LSTM.Builder()
                        .nIn(4)
                        .nOut(6)
                        .dropOut(new Dropout(0.8))
                        .build())
                .layer(new RnnOutputLayer.Builder()
                        .nIn(6)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        stack.init();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ModelSerializer.writeModel(stack, file, true);

        INDArray features = Nd4j.rand(DataType.FLOAT, 2, 4, 5);
        assertThat(bits(read(file.toByteArray()).outputSingle(features))).isEqualTo(bits(stack.output(features)));
    }

    @Test
    void a_masked_stack_becomes_a_graph_that_masks_the_same() throws IOException {
        MultiLayerNetwork stack = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Adam(1e-2))
                .list()
                .layer(new LSTM.Builder().nIn(4).nOut(6).name("reader").build())
                .layer(new LSTM.Builder().nIn(6).nOut(5).build())
                .layer(new GlobalPoolingLayer(PoolingType.AVG))
                .layer(new OutputLayer.Builder()
                        .nIn(5)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .name("reader")
                        .build())
                .build());
        stack.init();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ModelSerializer.writeModel(stack, file, true);
        ComputationGraph graph = read(file.toByteArray());
        INDArray features = Nd4j.rand(DataType.FLOAT, 2, 4, 5);
        INDArray mask = Nd4j.createFromArray(new float[][] {{1, 1, 1, 0, 0}, {1, 1, 1, 1, 0}});

        INDArray masked = graph.output(false, new INDArray[] {features}, new INDArray[] {mask})[0];

        assertThat(bits(masked)).isEqualTo(bits(stack.output(features, false, mask, null)));
        assertThat(bits(masked)).isNotEqualTo(bits(graph.outputSingle(features)));
        assertThat(graph.getConfiguration().getVertices().keySet())
                .containsExactlyInAnyOrder("reader", "layer1", "layer2", "layer3");
        stack.fit(features, Nd4j.eye(3).getRows(0, 1), mask, null);
        graph.fit(new INDArray[] {features}, new INDArray[] {Nd4j.eye(3).getRows(0, 1)}, new INDArray[] {mask}, null);
        assertThat(bits(graph.params())).isEqualTo(bits(stack.params()));
    }

    @Test
    void the_configuration_of_a_stack_gives_its_parameters() {
        MultiLayerConfiguration configuration = convolutionalStack(true);
        MultiLayerNetwork stack = new MultiLayerNetwork(configuration);
        stack.init();
        ComputationGraph graph = read(configuration.toJson().getBytes(StandardCharsets.UTF_8));

        assertThat(bits(graph.params())).isEqualTo(bits(stack.params()));
    }

    private static MultiLayerConfiguration convolutionalStack(boolean miniBatch) {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .miniBatch(miniBatch)
                .updater(new Adam(1e-2))
                .l2(1e-3)
                .weightInit(new NormalDistribution(0, 0.1))
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3)
                        .nOut(6)
                        .activation(Activation.RELU)
                        .build())
                .layer(new BatchNormalization.Builder().build())
                .layer(new SubsamplingLayer.Builder().build())
                .layer(new DenseLayer.Builder()
                        .nOut(12)
                        .activation(Activation.LEAKYRELU)
                        .build())
                .layer(new OutputLayer.Builder()
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(8, 8, 1))
                .build();
    }

    private static ComputationGraph trained(IUpdater updater) {
        ComputationGraph network = BuiltinNetworks.create("digits", new int[] {1, 8, 8}, 10, 1, updater, 1e-4);
        for (int i = 0; i < 3; i++) {
            network.fit(digits());
        }
        return network;
    }

    private static DataSet digits() {
        Nd4j.getRandom().setSeed(2);
        INDArray labels = Nd4j.zeros(DataType.FLOAT, 6, 10);
        for (int i = 0; i < 6; i++) {
            labels.putScalar(i, i, 1);
        }
        return new DataSet(Nd4j.rand(DataType.FLOAT, 6, 1, 8, 8), labels);
    }

    private static byte[] bytes(ComputationGraph network, boolean withUpdater) throws IOException {
        return bytes(network, withUpdater, Map.of());
    }

    private static byte[] bytes(ComputationGraph network, boolean withUpdater, Map<String, String> extras)
            throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ModelFile.write(network, file, withUpdater, extras);
        return file.toByteArray();
    }

    private static ComputationGraph read(byte[] file) {
        return ModelFile.read("model", new ByteArrayInputStream(file));
    }

    /** Empty where there is no array (an updater without state). */
    private static int[] bits(INDArray array) {
        if (array == null) {
            return new int[0];
        }
        float[] values = array.dup().data().asFloat();
        int[] bits = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
