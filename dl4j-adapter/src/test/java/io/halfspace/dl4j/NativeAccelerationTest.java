package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.layers.LayerHelper;
import org.deeplearning4j.nn.layers.mkldnn.MKLDNNConvHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class NativeAccelerationTest {
    private static final int BATCH = 8;
    private static final int CLASSES = 5;

    @BeforeEach
    void enable() {
        NativeAcceleration.enable();
    }

    @AfterEach
    void leaveHelpersOn() {
        System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "false");
    }

    @Test
    void layers_run_on_oneDNN_and_never_fall_back() throws ReflectiveOperationException {
        ComputationGraph network = network(DataType.FLOAT);
        gradient(network);

        assertThat(NativeAcceleration.describe()).isEqualTo("convolutions run on oneDNN");
        assertThat(helpers(network))
                .extracting(helper -> helper.getClass().getSimpleName())
                .containsExactlyInAnyOrder(
                        "MKLDNNConvHelper",
                        "MKLDNNConvHelper",
                        "MKLDNNConvHelper",
                        "MKLDNNBatchNormHelper",
                        "MKLDNNBatchNormHelper",
                        "MKLDNNSubsamplingHelper",
                        "MKLDNNSubsamplingHelper");
        // The helpers build their native contexts on first use: each was used, forwards and backwards.
        for (Layer layer : network.getLayers()) {
            if (layer.getHelper() instanceof MKLDNNConvHelper helper) {
                assertThat(field(MKLDNNConvHelper.class, "context", helper)).isNotNull();
                assertThat(field(MKLDNNConvHelper.class, "contextBwd", helper)).isNotNull();
            }
        }
    }

    @Test
    void gradients_with_and_without_helpers_agree() {
        double[] fast = gradient(network(DataType.FLOAT));
        ComputationGraph slow = network(DataType.FLOAT, false);
        assertThat(helpers(slow)).isEmpty();

        assertThat(relativeDifference(fast, gradient(slow))).isLessThan(1e-5);
    }

    @Test
    void double_networks_get_the_same_gradient_on_the_built_in_kernels() {
        double[] enabled = gradient(network(DataType.DOUBLE));
        double[] disabled = gradient(network(DataType.DOUBLE, false));

        assertThat(relativeDifference(enabled, disabled)).isLessThan(1e-12);
    }

    @Test
    void a_user_can_keep_the_helpers_off_and_is_told_so() {
        System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "true");
        NativeAcceleration.enable();

        assertThat(NativeAcceleration.active()).isFalse();
        assertThat(NativeAcceleration.describe())
                .contains("built-in kernels")
                .contains(DL4JSystemProperties.DISABLE_HELPER_PROPERTY);
    }

    private static ComputationGraph network(DataType type, boolean helpers) {
        System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, Boolean.toString(!helpers));
        try {
            return network(type);
        } finally {
            System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "false");
        }
    }

    /** Smooth throughout: relu kinks amplify rounding. A helper that fails throws instead of falling back. */
    private static ComputationGraph network(DataType type) {
        ComputationGraphConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(7)
                .dataType(type)
                .activation(Activation.TANH)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.convolutional(12, 12, 3))
                .addLayer("conv1", convolution(8, 3, 1, false), "in")
                .addLayer("bn1", batchNormalization(), "conv1")
                .addLayer("pool1", pooling(SubsamplingLayer.PoolingType.AVG), "bn1")
                .addLayer("conv2", convolution(12, 3, 1, true), "pool1")
                .addLayer("bn2", batchNormalization(), "conv2")
                .addLayer("conv3", convolution(6, 1, 2, true), "bn2")
                .addLayer("pool2", pooling(SubsamplingLayer.PoolingType.MAX), "conv3")
                .addLayer("dense", new DenseLayer.Builder().nOut(10).build(), "pool2")
                .addLayer(
                        "out",
                        new OutputLayer.Builder()
                                .nOut(CLASSES)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "dense")
                .setOutputs("out")
                .build();
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        return network;
    }

    private static ConvolutionLayer convolution(int channels, int kernel, int stride, boolean bias) {
        return new ConvolutionLayer.Builder(kernel, kernel)
                .stride(stride, stride)
                .padding(kernel / 2, kernel / 2)
                .nOut(channels)
                .hasBias(bias)
                .helperAllowFallback(false)
                .build();
    }

    private static BatchNormalization batchNormalization() {
        return new BatchNormalization.Builder().helperAllowFallback(false).build();
    }

    private static SubsamplingLayer pooling(SubsamplingLayer.PoolingType type) {
        return new SubsamplingLayer.Builder(type, new int[] {2, 2}, new int[] {2, 2})
                .helperAllowFallback(false)
                .build();
    }

    private static double[] gradient(ComputationGraph network) {
        DataType type = network.getConfiguration().getDataType();
        Nd4j.getRandom().setSeed(11);
        INDArray features = Nd4j.randn(DataType.DOUBLE, BATCH, 3, 12, 12).castTo(type);
        INDArray labels = Nd4j.zeros(type, BATCH, CLASSES);
        for (int i = 0; i < BATCH; i++) {
            labels.putScalar(i, i % CLASSES, 1);
        }
        DataSet batch = new DataSet(features, labels);
        network.setInputs(batch.getFeatures());
        network.setLabels(batch.getLabels());
        network.computeGradientAndScore();
        return network.gradient().gradient().toDoubleVector();
    }

    private static List<LayerHelper> helpers(ComputationGraph network) {
        return Arrays.stream(network.getLayers())
                .map(Layer::getHelper)
                .filter(helper -> helper != null)
                .toList();
    }

    private static double relativeDifference(double[] a, double[] b) {
        double difference = 0;
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            difference = Math.max(difference, Math.abs(a[i] - b[i]));
            largest = Math.max(largest, Math.abs(b[i]));
        }
        return difference / largest;
    }

    private static Object field(Class<?> type, String name, Object object) throws ReflectiveOperationException {
        var field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(object);
    }
}
