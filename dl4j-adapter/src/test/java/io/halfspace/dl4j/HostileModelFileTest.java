package io.halfspace.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** Whatever is wrong with a file, the answer is one sentence, soon. */
@Timeout(120)
class HostileModelFileTest {
    private static byte[] file;
    private static Map<String, byte[]> entries;
    private static String json;

    @BeforeAll
    static void write() throws IOException {
        NativeAcceleration.enable();
        ComputationGraph network = BuiltinNetworks.create("digits", new int[] {1, 8, 8}, 10, 1, new Adam(1e-3), 1e-4);
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        ModelFile.write(network, stream, true, Map.of("note", "{}"));
        file = stream.toByteArray();
        entries = unzip(file);
        json = new String(entries.get("configuration.json"), StandardCharsets.UTF_8);
    }

    @Test
    void an_empty_file() {
        refused(new byte[0]).hasMessage("Cannot read model 'model.zip': it is empty");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../../etc/passwd", "/etc/passwd", "halfspace/../../x.json", "halfspace\\..\\x.json", "a\nb"})
    void an_entry_that_would_leave_its_folder_or_break_the_line(String name) throws IOException {
        refused(with(name, new byte[1]))
                .hasMessageContaining("does not belong in a model")
                .hasMessageNotContainingAny("\n");
    }

    @ParameterizedTest
    @CsvSource({
        "preprocessor.bin,can run any code",
        "normalizer.bin,describe the normalisation in the job",
        "objects/mine,does not belong in a model"
    })
    void an_entry_that_holds_objects(String name, String reason) throws IOException {
        refused(with(name, new byte[] {(byte) 0xac, (byte) 0xed, 0, 5})).hasMessageContaining(reason);
    }

    @Test
    void too_many_entries() throws IOException {
        Map<String, byte[]> many = new LinkedHashMap<>(entries);
        for (int i = 0; i < 100; i++) {
            many.put("halfspace/e" + i + ".json", new byte[] {'1'});
        }
        refused(zip(many)).hasMessageContaining("it has 104 entries, expected at most 64");
    }

    @Test
    void a_bomb_by_ratio() throws IOException {
        byte[] blanks = new byte[8 << 20];
        Arrays.fill(blanks, (byte) ' ');
        refused(with("configuration.json", blanks)).hasMessageContaining("packed more than 250 to 1");
    }

    @Test
    void a_bomb_by_size() throws IOException {
        refused(with("halfspace/note.json", new byte[17 << 20]))
                .hasMessageContaining("is too large, found 17825792 bytes");
        refused(with("coefficients.bin", new byte[64 << 20])).hasMessageContaining("is too large for the");
        refused(with("updaterState.bin", new byte[64 << 20])).hasMessageContaining("is too large for the");
        byte[] text = new byte[17 << 20];
        Arrays.fill(text, (byte) ' ');
        refused(text).hasMessageContaining("its JSON is too large");
    }

    @Test
    void the_central_directory_lies_about_a_size() throws IOException {
        byte[] bytes = zip(entries);
        int directory = indexOfDirectoryEntry(bytes, "coefficients.bin");
        bytes[directory + 24] ^= 0x10;
        refused(bytes).hasMessageContaining("is not as long as it says");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "javax.swing.JEditorPane",
                "org.springframework.context.support.ClassPathXmlApplicationContext",
                "java.util.HashMap",
                "org.deeplearning4j.nn.conf.layers.DenseLayer<javax.swing.JEditorPane>",
                "org.nd4j.linalg.activations.implant.Evil",
                ""
            })
    void a_class_that_is_none_of_Deeplearning4j(String name) throws IOException {
        String hostile = json.replace("org.nd4j.linalg.activations.impl.ActivationReLU", name);
        refused(withJson(hostile)).hasMessageContaining("names the class");
        refused(bytes(hostile)).hasMessageContaining("names the class");
    }

    @Test
    void a_class_named_elsewhere_than_under_class() throws IOException {
        String distribution = json.replaceFirst(
                "\"weightNoise\" : null",
                "\"dist\" : {\"type\" : \"javax.swing.JEditorPane\"}, \"weightNoise\" : null");
        String array =
                json.replaceFirst("\"weightNoise\" : null", "\"weightNoise\" : [\"javax.swing.JEditorPane\", {}]");

        refused(withJson(distribution)).hasMessageContaining("names the class 'javax.swing.JEditorPane'");
        refused(withJson(array)).hasMessageContaining("names the class 'javax.swing.JEditorPane'");
    }

    @Test
    void a_layer_may_have_a_dotted_name() {
        ComputationGraph network = ModelFile.read(
                "model.json", new ByteArrayInputStream(bytes(json.replace("block1-conv", "block1.Conv2d"))));

        assertThat(network.getLayer("block1.Conv2d")).isNotNull();
    }

    static Stream<String> malformed() {
        return Stream.of(
                "{",
                "{}",
                "[]",
                "{\"vertices\":3}",
                "{\"vertices\":{},\"vertices\":{}}",
                "{\"confs\":[]}",
                "{\"confs\":[null]}",
                "{\"vertices\":{\"a\":null}}",
                "{} {}",
                "{\"a\":" + "[".repeat(100_000),
                "hello",
                "\u0000\u0001",
                " ",
                "null",
                "3",
                "PK",
                "PK\u0003\u0004",
                "{\"vertices\":{\"a\":{\"@class\":3}}}");
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void malformed_files(String text) throws IOException {
        refused(bytes(text)).hasMessageStartingWith("Cannot read model 'model.zip': ");
        refused(withJson(text)).hasMessageStartingWith("Cannot read model 'model.zip': ");
    }

    @Test
    void an_HDF5_file_of_nothing_but_its_signature() {
        refused(new byte[] {(byte) 0x89, 'H', 'D', 'F', 13, 10, 26, 10}).hasMessageContaining("damaged HDF5 file");
    }

    @Test
    void a_cycle() throws IOException {
        String cycle = unordered(json)
                .replace("\"block2-conv\" : [ \"block1-relu\" ]", "\"block2-conv\" : [ \"block2-relu\" ]");

        refused(withJson(cycle)).hasMessageContaining("form or follow a cycle").hasMessageContaining("'block2-conv'");
    }

    @Test
    void a_stored_order_that_contradicts_the_edges() throws IOException {
        String wrong =
                json.replace("\"input\", \"block1-conv\", \"block1-bn\"", "\"input\", \"block1-bn\", \"block1-conv\"");

        assertThat(wrong).isNotEqualTo(json);
        refused(withJson(wrong)).hasMessageContaining("contradicts their connections");
    }

    @Test
    void a_missing_input() throws IOException {
        refused(withJson(json.replace("\"block2-conv\" : [ \"block1-relu\" ]", "\"block2-conv\" : [ \"nowhere\" ]")))
                .hasMessageContaining("nowhere");
        refused(withJson(json.replace("\"networkInputs\" : [ \"input\" ]", "\"networkInputs\" : [ ]")))
                .hasMessageContaining("no inputs");
        refused(withJson(json.replace("\"networkOutputs\" : [ \"output\" ]", "\"networkOutputs\" : [ \"absent\" ]")))
                .hasMessageContaining("absent");
    }

    @Test
    void layers_that_do_not_fit_each_other() throws IOException {
        int block2 = json.indexOf("\"block2-conv\" : {");
        String wrong = json.substring(0, block2) + json.substring(block2).replaceFirst("\"nin\" : 16", "\"nin\" : 15");

        refused(withJson(wrong))
                .hasMessageContaining(
                        "its layer 'block2-conv' does not fit the one before it, found nIn 15, expected the"
                                + " 16 that 'block1-relu' gives");
        refused(withJson(
                        json.substring(0, block2) + json.substring(block2).replaceFirst("\"nin\" : 16", "\"nin\" : 0")))
                .hasMessageContaining("found nIn 0");
    }

    @Test
    void a_network_larger_than_an_array() {
        int output = json.indexOf("\"output\" : {", json.indexOf("\"vertices\""));
        String wrong = json.substring(0, output)
                + json.substring(output).replaceFirst("\"nout\" : 10", "\"nout\" : 2000000000");

        refused(bytes(wrong)).hasMessageContaining("too large at layer 'output'");
    }

    @Test
    void a_damaged_stack_of_layers() throws IOException {
        MultiLayerNetwork stack = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .list()
                .layer(new DenseLayer.Builder().nIn(5).nOut(8).build())
                .layer(new OutputLayer.Builder()
                        .nIn(8)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build());
        stack.init();
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        ModelSerializer.writeModel(stack, stream, false);
        Map<String, byte[]> parts = unzip(stream.toByteArray());
        String configuration = new String(parts.get("configuration.json"), StandardCharsets.UTF_8);

        for (int length = 0; length < stream.size(); length += 1 + stream.size() / 50) {
            refused(Arrays.copyOf(stream.toByteArray(), length));
        }
        refused(bytes(configuration.replace("\"nin\" : 8", "\"nin\" : 7")))
                .hasMessageContaining("its layer 'layer1' does not fit the one before it, found nIn 7, expected the 8");
        refused(bytes(configuration.replace("\"nout\" : 8", "\"nout\" : 0"))).hasMessageContaining("has no size");
        refused(bytes(configuration.replaceFirst("\"confs\" : \\[", "\"confs\" : [ null, ")));
        parts.put("coefficients.bin", vector(17));
        refused(zip(parts)).hasMessageContaining("found 17 values, expected the 75");
    }

    @Test
    void a_Keras_3_archive() throws IOException {
        refused(zip(Map.of("metadata.json", bytes("{}"))))
                .hasMessageContaining("it is in the .keras format of Keras 3");
    }

    @Test
    void coefficients_of_another_network() throws IOException {
        for (String entry : List.of("coefficients.bin", "updaterState.bin")) {
            refused(with(entry, vector(17))).hasMessageContaining("found 17 values, expected");
            refused(with(entry, new byte[0])).hasMessageContaining("ends too early");
            refused(with(entry, new byte[40])).isInstanceOf(ModelFileException.class);
            byte[] longer = Arrays.copyOf(entries.get(entry), entries.get(entry).length + 1);
            refused(with(entry, longer)).hasMessageContaining("not as long as it says");
        }
    }

    @Test
    void coefficients_are_absent() throws IOException {
        Map<String, byte[]> without = new LinkedHashMap<>(entries);
        without.remove("coefficients.bin");

        refused(zip(without)).hasMessageContaining("it has no entry 'coefficients.bin'");
    }

    @Test
    void a_header_that_promises_more_than_memory_can_hold() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeUTF("MIXED_DATA_TYPES");
        out.writeLong(Long.MAX_VALUE / 2);
        out.writeUTF("LONG");

        refused(with("coefficients.bin", bytes.toByteArray())).hasMessageContaining("does not hold a vector");
    }

    @Test
    void a_file_cut_short_anywhere() {
        for (int length = 0; length < file.length; length += 1 + length / 100) {
            refused(Arrays.copyOf(file, length)).hasMessageStartingWith("Cannot read model 'model.zip': ");
        }
        refused(Arrays.copyOf(file, file.length - 1)).hasMessageContaining("damaged or incomplete zip");
    }

    @Test
    void a_file_with_a_flipped_bit_is_refused_or_read() throws IOException {
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            byte[] damaged = file.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            refusedOrRead(damaged);
        }
    }

    @Test
    void an_entry_damaged_before_packing_is_refused_or_read() throws IOException {
        Random random = new Random(2);
        for (int i = 0; i < 150; i++) {
            byte[] configuration = entries.get("configuration.json").clone();
            configuration[random.nextInt(configuration.length)] = (byte) (32 + random.nextInt(95));
            refusedOrRead(with("configuration.json", configuration));
            byte[] header = entries.get("coefficients.bin").clone();
            header[random.nextInt(100)] ^= (byte) (1 << random.nextInt(8));
            refusedOrRead(with("coefficients.bin", header));
        }
    }

    @Test
    void lines_of_the_configuration_are_missing() throws IOException {
        List<String> lines = json.lines().toList();
        for (int i = 0; i < lines.size(); i += 7) {
            StringBuilder rest = new StringBuilder();
            for (int j = 0; j < lines.size(); j++) {
                rest.append(j == i ? "" : lines.get(j)).append('\n');
            }
            refusedOrRead(withJson(rest.toString()));
        }
    }

    @Test
    void no_temporary_file_is_left_behind() throws IOException {
        long before = copies();
        ModelFile.read("model.zip", new ByteArrayInputStream(file));
        refused(with("preprocessor.bin", new byte[3]));
        refused(Arrays.copyOf(file, file.length / 2));

        assertThat(copies()).isEqualTo(before);
    }

    private static long copies() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(path -> path.getFileName().toString().startsWith("halfspace-model"))
                    .count();
        }
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> refused(byte[] bytes) {
        return assertThatThrownBy(() -> ModelFile.read("model.zip", new ByteArrayInputStream(bytes)))
                .isInstanceOf(ModelFileException.class);
    }

    private static void refusedOrRead(byte[] bytes) {
        try {
            ModelFile.read("model.zip", new ByteArrayInputStream(bytes));
        } catch (ModelFileException sentence) {
            assertThat(sentence.getMessage())
                    .startsWith("Cannot read model 'model.zip': ")
                    .doesNotContain("\n");
        }
    }

    private static String unordered(String json) {
        return json.replaceFirst("\"topologicalOrder\" : \\[[^\\]]*\\],", "")
                .replaceFirst("\"topologicalOrderStr\" : \\[[^\\]]*\\],", "");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] withJson(String text) throws IOException {
        return with("configuration.json", bytes(text));
    }

    private static byte[] with(String name, byte[] bytes) throws IOException {
        Map<String, byte[]> changed = new LinkedHashMap<>(entries);
        changed.put(name, bytes);
        return zip(changed);
    }

    private static byte[] vector(int length) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Nd4j.write(Nd4j.rand(1, length), new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    private static byte[] zip(Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return bytes.toByteArray();
    }

    private static Map<String, byte[]> unzip(byte[] bytes) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                entries.put(entry.getName(), zip.readAllBytes());
            }
        }
        return entries;
    }

    private static int indexOfDirectoryEntry(byte[] bytes, String name) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.lastIndexOf(name) - 46;
    }
}
