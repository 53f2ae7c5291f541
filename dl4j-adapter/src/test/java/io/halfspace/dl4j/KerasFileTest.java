package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/**
 * Files that Keras itself wrote ({@code src/test/keras/make_keras_models.py}): they compute what Keras computed with them,
 * are cut exactly, and are refused in one sentence when they are damaged or cannot be imported.
 */
@Timeout(120)
final class KerasFileTest {
    @BeforeAll
    static void enable() {
        NativeAcceleration.enable();
    }

    static Stream<String> networks() {
        return Stream.of(
                "residual",
                "depthwise",
                "concat",
                "lstm",
                "embedding",
                "sequential",
                "dense",
                "bidirectional",
                "uncompiled",
                "two_inputs",
                "digits",
                "cropped");
    }

    @ParameterizedTest
    @MethodSource("networks")
    void importedNetwork_computesWhatKerasComputes(String name) throws IOException {
        ComputationGraph network = read(name).network();

        INDArray[] outputs = network.output(false, arrays(name, "input"));

        INDArray[] expected = arrays(name, "output");
        assertThat(outputs).hasSameSizeAs(expected);
        for (int i = 0; i < outputs.length; i++) {
            assertThat(outputs[i].shape()).isEqualTo(expected[i].shape());
            double largest = expected[i].amaxNumber().doubleValue();
            assertThat(outputs[i].sub(expected[i]).amaxNumber().doubleValue() / largest)
                    .isLessThan(1e-5);
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void builtEqualsZeroed(String name) throws IOException {
        for (double share : new double[] {0.3, 1}) {
            for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
                ModelContents contents = read(name);
                ComputationGraph network = contents.network();
                CutCheck.builtEqualsZeroed(
                        type == DataType.FLOAT ? network : network.convertDataType(type),
                        contents.inputs().toArray(InputType[]::new),
                        share,
                        1,
                        Arrays.stream(arrays(name, "input"))
                                .map(array -> array.castTo(type))
                                .toArray(INDArray[]::new));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void importedNetwork_isWrittenAsPlainDeeplearning4jAndCanBeTrained(String name) throws IOException {
        ComputationGraph network = read(name).network();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ModelFile.write(network, file, true, Map.of());

        ComputationGraph plain =
                ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
        ComputationGraph back = ModelFile.read(name, new ByteArrayInputStream(file.toByteArray()));

        assertThat(plain.params()).isEqualTo(network.params());
        assertThat(back.getConfiguration()).isEqualTo(network.getConfiguration());
        INDArray[] labels = Arrays.stream(arrays(name, "output"))
                .map(output -> Nd4j.rand(DataType.FLOAT, output.shape()))
                .toArray(INDArray[]::new);
        back.fit(new MultiDataSet(arrays(name, "input"), labels));
        assertThat(back.params().sumNumber().doubleValue())
                .isFinite()
                .isNotEqualTo(network.params().sumNumber().doubleValue());
    }

    @Test
    void layers_keepTheirNames_andImagesComeChannelsFirst() throws IOException {
        ModelContents contents = read("residual");

        ConvolutionLayer stem =
                (ConvolutionLayer) contents.network().getLayer("stem").conf().getLayer();
        assertThat(stem.getNIn()).isEqualTo(3);
        assertThat(stem.getNOut()).isEqualTo(6);
        assertThat(contents.inputs()).containsExactly(InputType.convolutional(8, 8, 3));
        assertThat(contents.ownUpdater()).isFalse();
        assertThat(read("sequential").network().getLayer("conv2")).isNotNull();
    }

    @Test
    void outputs_getTheLossThatTheFileNames_orThatOfTheirActivation() throws IOException {
        assertThat(loss(read("dense").network(), 0)).isInstanceOf(LossMCXENT.class);
        assertThat(loss(read("uncompiled").network(), 0)).isInstanceOf(LossMCXENT.class);
        assertThat(loss(read("two_inputs").network(), 0)).isInstanceOf(LossMCXENT.class);
        assertThat(loss(read("two_inputs").network(), 1)).isInstanceOf(LossMSE.class);
    }

    private static Object loss(ComputationGraph network, int output) {
        return ((BaseOutputLayer) network.getOutputLayer(output).conf().getLayer()).getLossFn();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"lambda_layer | twice", "custom | Swirl"})
    void layerThatDeeplearning4jDoesNotHave_isOneSentence(String name, String says) throws IOException {
        refused(bytes(name))
                .hasMessageContaining("Deeplearning4j cannot import it from Keras (")
                .hasMessageContaining(says);
    }

    @ParameterizedTest
    @ValueSource(strings = {"residual", "lstm", "dense"})
    void fileCutShortAnywhere(String name) throws IOException {
        byte[] file = bytes(name);
        for (int length = 8; length < file.length; length += 1 + file.length / 40) {
            refused(Arrays.copyOf(file, length));
        }
        refused(Arrays.copyOf(file, file.length - 1)).hasMessageContaining("it is cut short, found");
    }

    /** Reading ends: no crash of the process, no endless loop, no memory beyond the file's own size. */
    @Test
    void fileWithFlippedBits_isRefusedOrRead() throws IOException {
        Random random = new Random(1);
        for (String name : List.of("dense", "sequential")) {
            byte[] file = bytes(name);
            for (int i = 0; i < 150; i++) {
                byte[] damaged = file.clone();
                for (int flips = 0; flips < 1 + i % 3; flips++) {
                    damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                }
                try {
                    ModelFile.read("model.h5", new ByteArrayInputStream(damaged));
                } catch (ModelFileException sentence) {
                    assertThat(sentence.getMessage())
                            .startsWith("Cannot read model 'model.h5': ")
                            .doesNotContain("\n");
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"units\": 12 | \"units\": 13 | ",
                "\"units\": 12 | \"units\":  0 | ",
                "\"units\": 12 | \"units\":999 | its layers have",
                "\"relu\" | \"swir\" | Deeplearning4j cannot import it from Keras",
                "\"class_name\": \"Dense\" | \"class_name\": \"Dance\" | Deeplearning4j cannot import it from Keras",
                "\"class_name\": \"Sequential\" | \"class_name\": \"Seqvential\" | Deeplearning4j cannot import it from Keras",
                "2.15.0 | 3.15.0 | it was written by Keras '3.15.0', expected Keras 2",
                "model_config | model_confit | it has no attribute 'model_config'",
                "model_weights | model_weighty | it has no group 'model_weights'",
                "{\"class_name\" | [\"class_name\" | its JSON",
            })
    void damagedConfiguration_isOneSentence(String text, String instead, String says) throws IOException {
        String file = new String(bytes("dense"), StandardCharsets.ISO_8859_1);
        assertThat(text).hasSameSizeAs(instead);
        String damaged = file.replace(text, instead);
        assertThat(damaged).isNotEqualTo(file);

        refused(damaged.getBytes(StandardCharsets.ISO_8859_1)).hasMessageContaining(says == null ? "" : says);
    }

    @Test
    void cycleAndMissingInput_areOneSentence() throws IOException {
        String file = new String(bytes("residual"), StandardCharsets.ISO_8859_1);
        String cycle = file.replace("[[[\"stem\", 0, 0, {}]]]", "[[[\"wide\", 0, 0, {}]]]");
        String missing = file.replace("[[[\"stem\", 0, 0, {}]]]", "[[[\"stam\", 0, 0, {}]]]");
        assertThat(List.of(cycle, missing)).doesNotContain(file);

        refused(cycle.getBytes(StandardCharsets.ISO_8859_1))
                .hasMessageContaining("reads 'wide', which does not come before it");
        refused(missing.getBytes(StandardCharsets.ISO_8859_1))
                .hasMessageContaining("reads 'stam', which does not come before it");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "lstm | \"go_backwards\": false | \"go_backwards\": true  | go_backwards 'true', expected false",
                "embedding | \"mask_zero\": false | \"mask_zero\": true  | mask_zero 'true', expected false",
                "concat | \"nearest\" | \"bicubic\" | interpolation 'bicubic', expected nearest",
            })
    void settingThatTheImporterWouldDrop_isOneSentence(String name, String text, String instead, String says)
            throws IOException {
        String file = new String(bytes(name), StandardCharsets.ISO_8859_1);
        int padding = text.length() - instead.length();
        String damaged = file.replace(text, instead + " ".repeat(padding));
        assertThat(damaged).isNotEqualTo(file);

        refused(damaged.getBytes(StandardCharsets.ISO_8859_1)).hasMessageContaining(says);
    }

    @Test
    void layerUsedTwice_isOneSentence() throws IOException {
        refused(bytes("shared")).hasMessageContaining("its layer 'twice' is used 2 times, expected once");
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> refused(byte[] file) {
        return assertThatThrownBy(() -> ModelFile.read("model.h5", new ByteArrayInputStream(file)))
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith("Cannot read model 'model.h5': ")
                .hasMessageNotContainingAny("\n");
    }

    private static ModelContents read(String name) throws IOException {
        return ModelFile.contents(name + ".h5", new ByteArrayInputStream(bytes(name)));
    }

    private static byte[] bytes(String name) throws IOException {
        return resource(name + ".h5");
    }

    /** What Keras was given, or what it gave, images channels first. */
    private static INDArray[] arrays(String name, String which) throws IOException {
        List<INDArray> arrays = new ArrayList<>();
        for (String line : new String(resource(name + ".txt"), StandardCharsets.UTF_8).split("\n")) {
            String[] parts = line.split(" : ");
            if (parts[0].startsWith(which)) {
                long[] shape = Stream.of(parts[0].split(" ")[1].split(","))
                        .mapToLong(Long::parseLong)
                        .toArray();
                double[] values = Stream.of(parts[1].split(" "))
                        .mapToDouble(Double::parseDouble)
                        .toArray();
                INDArray array =
                        Nd4j.createFromArray(values).castTo(DataType.FLOAT).reshape('c', shape);
                arrays.add(shape.length == 4 ? array.permute(0, 3, 1, 2).dup('c') : array);
            }
        }
        return arrays.toArray(INDArray[]::new);
    }

    private static byte[] resource(String name) throws IOException {
        try (InputStream stream = KerasFileTest.class.getResourceAsStream("/keras/" + name)) {
            return stream.readAllBytes();
        }
    }
}
