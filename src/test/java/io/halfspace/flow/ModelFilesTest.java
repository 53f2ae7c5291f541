package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;

/** Models as users have them: written by plain Deeplearning4j, with an updater of their own, or made to do harm. */
final class ModelFilesTest {
    @TempDir
    private Path parent;

    @Test
    void multiLayerNetwork_isCompressedWithItsOwnUpdater() throws Exception {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(new Nesterovs(0.02, 0.9))
                .activation(Activation.RELU)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(12).build())
                .layer(new SubsamplingLayer.Builder()
                        .kernelSize(2, 2)
                        .stride(2, 2)
                        .build())
                .layer(new DenseLayer.Builder().nOut(20).build())
                .layer(new OutputLayer.Builder()
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(8, 8, 1))
                .build());
        network.init();
        Path model = parent.resolve("plain.zip");
        network.save(model.toFile(), true);

        JsonNode result = compressed(model, "[1, 8, 8]");

        assertThat(result.at("/groups/total").asInt()).isEqualTo(32);
        assertThat(result.at("/groups/zero").asInt()).isEqualTo(16);
        ComputationGraph compact = compact();
        assertThat(compact.getLayer(0).conf().getLayer())
                .isInstanceOfSatisfying(
                        ConvolutionLayer.class,
                        layer -> assertThat(layer.getIUpdater()).isEqualTo(new Nesterovs(0.02, 0.9)));
        assertThat(network.numParams()).isEqualTo(result.at("/dense/parameters").asLong());
    }

    @Test
    void computationGraphAndItsConfiguration_areCompressed() throws Exception {
        ComputationGraphConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(new Adam(0.01))
                .activation(Activation.RELU)
                .graphBuilder()
                .addInputs("in")
                .addLayer("hidden", new DenseLayer.Builder().nIn(64).nOut(30).build(), "in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder()
                                .nIn(30)
                                .nOut(10)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "hidden")
                .setOutputs("out")
                .build();
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        Path zip = parent.resolve("plain.zip");
        network.save(zip.toFile(), true);
        Path json = Files.writeString(parent.resolve("plain.json"), configuration.toJson());

        for (Path model : List.of(zip, json)) {
            assertThat(compressed(model, "[64]").at("/groups/zero").asInt()).isEqualTo(15);
        }
    }

    @Test
    void learningRateBesideTheModelsOwnUpdater_isAFault() throws Exception {
        Commands run = compress(linear(), "[64]", "training={epochs: 1, learning-rate: 0.5}");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("training.learning-rate: found without optimizer");
    }

    @Test
    void nothingPrunable_saysWhyForEachLayer() throws Exception {
        Commands run = compress(linear(), "[64]");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(5);
        assertThat(run.err()).contains("no layer of it is prunable").containsPattern("layer0: .*network output");
        assertFailed(5);
    }

    @Test
    void maliciousZip_isRefusedAndLoadsNoForeignClass() throws Exception {
        String configuration = new String(entry(linear(), "configuration.json"), StandardCharsets.UTF_8);
        String foreign =
                configuration.replace("org.deeplearning4j.nn.conf.layers.OutputLayer", "javax.script.Bindings");
        assertThat(foreign).isNotEqualTo(configuration);
        Path model = parent.resolve("evil.zip");
        try (OutputStream out = Files.newOutputStream(model);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("configuration.json"));
            zip.write(foreign.getBytes(StandardCharsets.UTF_8));
            zip.putNextEntry(new ZipEntry("coefficients.bin"));
            zip.write(new byte[64]);
        }

        Commands run = compress(model, "[64]");

        assertThat(run.exitCode()).as(run.err()).isEqualTo(5);
        assertThat(run.err()).contains("evil.zip", "javax.script.Bindings").hasLineCount(1);
        assertFailed(5);
    }

    private Path linear() throws IOException {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new OutputLayer.Builder()
                        .nIn(64)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        network.init();
        Path file = parent.resolve("linear.zip");
        network.save(file.toFile());
        return file;
    }

    private static byte[] entry(Path zip, String name) throws IOException {
        try (ZipFile file = new ZipFile(zip.toFile())) {
            return file.getInputStream(file.getEntry(name)).readAllBytes();
        }
    }

    private JsonNode compressed(Path model, String shape) throws IOException {
        Commands run = compress(model, shape);
        assertThat(run.exitCode()).as(run.err()).isZero();
        JsonNode result = Commands.result(folder(model));
        assertThat(result.at("/status").asText()).isEqualTo("succeeded");
        assertThat(result.at("/equality/passed").asBoolean()).isTrue();
        return result;
    }

    private ComputationGraph compact() throws IOException {
        return ComputationGraph.load(
                folder(parent.resolve("plain.zip")).resolve("model.zip").toFile(), false);
    }

    private Path folder(Path model) {
        return parent.resolve("run-" + model.getFileName());
    }

    private void assertFailed(int exitCode) throws IOException {
        try (var runs = Files.newDirectoryStream(parent, "run-*")) {
            for (Path run : runs) {
                assertThat(Commands.result(run).at("/status").asText()).isEqualTo("failed");
                assertThat(Commands.result(run).at("/exitCode").asInt()).isEqualTo(exitCode);
                assertThat(run.resolve("model.zip")).doesNotExist();
            }
        }
    }

    private Commands compress(Path model, String shape, String... settings) {
        List<String> arguments = new ArrayList<>(List.of(
                "compress",
                Commands.DIGITS_JOB.toString(),
                "--out",
                folder(model).toString(),
                "--set",
                "model=" + model,
                "--set",
                "data.shape=" + shape,
                "--set",
                "training={epochs: 1}",
                "--set",
                "target={groups: 0.5}",
                "--set",
                "spark.master=local[2]"));
        for (String setting : settings) {
            arguments.addAll(List.of("--set", setting));
        }
        return Commands.run(arguments.toArray(String[]::new));
    }
}
