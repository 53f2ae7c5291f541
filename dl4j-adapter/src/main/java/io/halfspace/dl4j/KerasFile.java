package io.halfspace.dl4j;

import io.jhdf.HdfFile;
import io.jhdf.api.Attribute;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import io.jhdf.exceptions.HdfException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.modelimport.keras.KerasLayer;
import org.deeplearning4j.nn.modelimport.keras.KerasModel;
import org.deeplearning4j.nn.modelimport.keras.KerasSequentialModel;
import org.deeplearning4j.nn.modelimport.keras.exceptions.InvalidKerasConfigurationException;
import org.deeplearning4j.nn.modelimport.keras.exceptions.UnsupportedKerasConfigurationException;
import org.deeplearning4j.nn.modelimport.keras.utils.KerasModelBuilder;
import org.deeplearning4j.nn.modelimport.keras.utils.KerasModelUtils;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.databind.ObjectMapper;

/**
 * Reads a network that Keras 2 saved as HDF5.
 *
 * <p>Deeplearning4j's importer turns the configuration into layers; the file itself is read by jHDF, in Java, so that no
 * native code sees a foreign file. What the importer would silently take for another network is refused ({@link
 * KerasConfiguration}). Files cut short, links (which may lead to other files) and packed weights (which Keras
 * does not write, and which may inflate without bound) are refused, and nothing is allocated for the network before its
 * size has been compared with that of the weights.
 *
 * <p>Images come channels first afterwards (see {@link ChannelsFirst}), and outputs have a loss (see {@link KerasOutputs}).
 */
final class KerasFile {
    private static final String WEIGHTS = "model_weights";
    private static final int SUPERBLOCK = 64;

    /** Batch norm without scale and offset stores half of what Deeplearning4j keeps for it. */
    private static final int MOST_PARAMETERS_A_VALUE = 2;

    private final Group root;

    private KerasFile(Group root) {
        this.root = root;
    }

    /** The network of a file, by way of a temporary copy. */
    static ModelContents read(InputStream content) throws IOException, Unreadable {
        Path copy = Files.createTempFile("halfspace-model", ".h5");
        try {
            ModelArchive.copy(content, copy);
            checkLength(copy);
            try (HdfFile file = new HdfFile(copy)) {
                return new KerasFile(file).contents();
            }
        } catch (StackOverflowError | OutOfMemoryError | HdfException | IndexOutOfBoundsException damaged) {
            throw new Unreadable("it is a damaged HDF5 file (%s)", Unreadable.firstLine(damaged));
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /** Compares the end that the superblock tells with the file's own. */
    private static void checkLength(Path copy) throws IOException, Unreadable {
        ByteBuffer block = ByteBuffer.allocate(SUPERBLOCK).order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(copy)) {
            while (block.hasRemaining() && channel.read(block) >= 0) {
                // One read gives what there is.
            }
            int version = block.get(8);
            int sizeOfOffsets = block.get(version < 2 ? 13 : 9);
            if (block.hasRemaining() || version < 0 || version > 3 || sizeOfOffsets != Long.BYTES) {
                throw new Unreadable("it is a damaged HDF5 file (its first bytes)");
            }
            long end = block.getLong(version == 0 ? 40 : version == 1 ? 44 : 28);
            if (end < 0 || end > channel.size()) {
                throw new Unreadable("it is cut short, found %d bytes, expected %d", channel.size(), end);
            }
        }
    }

    private ModelContents contents() throws IOException, Unreadable {
        try {
            KerasModel model = model();
            KerasWeights weights = KerasWeights.of(child(root, WEIGHTS));
            ComputationGraphConfiguration configuration = model instanceof KerasSequentialModel stack
                    ? LayerStack.toGraph(stack.getMultiLayerConfiguration())
                    : model.getComputationGraphConfiguration();
            GraphCheck.check(configuration);
            long parameters = ModelFile.parameters(configuration);
            if (parameters > MOST_PARAMETERS_A_VALUE * weights.count()) {
                throw new Unreadable(
                        "its layers have %d parameters, but it holds only %d weights", parameters, weights.count());
            }
            for (var layer : model.getLayers().entrySet()) {
                Map<String, INDArray> values = weights.take(layer.getKey());
                if (layer.getValue().getNumParams() > 0) {
                    layer.getValue().setWeights(values);
                }
            }
            weights.checkAllTaken();
            ComputationGraph network = new ComputationGraph(configuration);
            network.init();
            for (Layer layer : network.getLayers()) {
                KerasLayer source =
                        model.getLayers().get(layer.conf().getLayer().getLayerName());
                checkSizes(source, layer);
                source.copyWeightsToLayer(layer);
            }
            List<InputType> inputs = model.getInputLayerNames().stream()
                    .map(name -> model.getOutputTypes().get(name))
                    .toList();
            ComputationGraph trainable = KerasOutputs.withLosses(network, text("training_config"));
            return ChannelsFirst.of(trainable, inputs);
        } catch (InvalidKerasConfigurationException | UnsupportedKerasConfigurationException refusal) {
            String reason = Unreadable.firstLine(refusal).replaceFirst("\\.\\s*Please file an issue.*", "");
            throw new Unreadable("Deeplearning4j cannot import it from Keras (%s)", reason);
        }
    }

    /** Assigning an array of another length ends in native code that does not look. */
    private static void checkSizes(KerasLayer source, Layer layer) throws Unreadable {
        for (Map.Entry<String, INDArray> parameter : layer.paramTable().entrySet()) {
            INDArray stored =
                    source.getWeights() == null ? null : source.getWeights().get(parameter.getKey());
            long found = stored == null ? 0 : stored.length();
            boolean otherShape = stored != null
                    && stored.rank() == parameter.getValue().rank()
                    && !stored.equalShapes(parameter.getValue());
            if (found != parameter.getValue().length() || otherShape) {
                throw new Unreadable(
                        "the weights of its layer %s do not fit it, found %s for %s, expected %s",
                        Unreadable.quote(source.getLayerName()),
                        stored == null ? "none" : Arrays.toString(stored.shape()),
                        parameter.getKey(),
                        Arrays.toString(parameter.getValue().shape()));
            }
        }
    }

    private KerasModel model()
            throws IOException, Unreadable, InvalidKerasConfigurationException, UnsupportedKerasConfigurationException {
        String version = text("keras_version").orElse("1");
        String json = text("model_config")
                .orElseThrow(
                        () -> new Unreadable(
                                "it has no attribute 'model_config', expected a whole model as Keras 2 saves it, not weights alone"));
        if (!version.startsWith("2.")) {
            throw new Unreadable(
                    "it was written by Keras %s, expected Keras 2; save it as HDF5 with Keras 2 (tf_keras)",
                    Unreadable.quote(version));
        }
        JsonScan.topFields(json);
        Map<String, Object> fields = new HashMap<>(KerasModelUtils.parseJsonString(json));
        KerasConfiguration.check(fields);
        fields.put("keras_version", version);
        fields.put("backend", text("backend").orElse("tensorflow"));
        KerasModelBuilder builder = new KerasModel()
                .modelBuilder()
                .modelJson(new ObjectMapper().writeValueAsString(fields))
                .enforceTrainingConfig(false);
        return "Sequential".equals(fields.get("class_name")) ? builder.buildSequential() : builder.buildModel();
    }

    /** An attribute of the file itself that holds one text. */
    private Optional<String> text(String name) throws Unreadable {
        Attribute attribute = root.getAttribute(name);
        if (attribute == null) {
            return Optional.empty();
        }
        if (!(attribute.getData() instanceof String text)) {
            throw new Unreadable("its attribute '%s' is not a text", name);
        }
        if (text.getBytes(StandardCharsets.UTF_8).length > ModelArchive.LARGEST_JSON) {
            throw new Unreadable("its attribute '%s' is too large", name);
        }
        return Optional.of(text);
    }

    /** A group inside a group, not a link to one. */
    static Group child(Group parent, String name) throws Unreadable {
        Node node = parent.getChild(name);
        if (node == null || node.isLink() || !(node instanceof Group group)) {
            throw new Unreadable("it has no group %s", Unreadable.quote(name));
        }
        return group;
    }
}
