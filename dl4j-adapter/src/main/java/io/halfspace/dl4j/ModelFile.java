package io.halfspace.dl4j;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Reads and writes models: Deeplearning4j's own zip, the JSON of a configuration (then the parameters are fresh, from
 * its seed), or HDF5 as Keras 2 saves it (read only, see {@link KerasFile}). A {@code MultiLayerNetwork} is read as the graph
 * that computes the same.
 *
 * <p>Files are taken for hostile: nothing is ever deserialized as Java objects, no class outside Deeplearning4j's
 * configuration packages is loaded, and nothing is allocated that the configuration does not account for. Whatever is
 * wrong with a file, the answer is a {@link ModelFileException}. Files written here load with plain {@code
 * ModelSerializer.restoreComputationGraph}, and the same network gives the same bytes.
 *
 * <p>Streams are read and written to their end and left open.
 */
public final class ModelFile {
    private static final int LONGEST_MAGIC = 8;

    /** As many values as one Java array can hold. */
    private static final int MOST_PARAMETERS = Integer.MAX_VALUE - 8;

    /** The earliest a zip can say, at every entry: the same network gives the same bytes. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private ModelFile() {}

    /** {@link #read(String, InputStream)} of a local file. */
    public static ComputationGraph read(Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            return read(file.toString(), stream);
        } catch (IOException failure) {
            throw exception(file.toString(), "it cannot be opened (%s)".formatted(failure), failure);
        }
    }

    /**
     * The network of a file: parameters, updater state where stored, and counters of iterations and epochs.
     *
     * @param name what messages call the file; what it holds is told by its content
     * @throws ModelFileException if the file is not a model that can be used
     */
    public static ComputationGraph read(String name, InputStream stream) {
        return contents(name, stream).network();
    }

    /** {@link #read(String, InputStream)}, with what else the file tells of the network. */
    public static ModelContents contents(String name, InputStream stream) {
        return guarded(name, () -> {
            BufferedInputStream content = new BufferedInputStream(stream);
            return switch (kind(content)) {
                case KERAS -> KerasFile.read(content);
                case JSON ->
                    new ModelContents(initialise(ConfigurationJson.read(json(content)), null), List.of(), true);
                case ZIP -> {
                    try (ModelArchive archive = ModelArchive.open(content)) {
                        yield new ModelContents(network(archive), List.of(), true);
                    }
                }
            };
        });
    }

    /**
     * The additional JSON texts that were given to {@link #write}, by name; none for a file of another program.
     *
     * @throws ModelFileException if the file is not a model
     */
    public static Map<String, String> readExtras(String name, InputStream stream) {
        return guarded(name, () -> {
            BufferedInputStream content = new BufferedInputStream(stream);
            Map<String, String> extras = new LinkedHashMap<>();
            if (kind(content) == Kind.ZIP) {
                try (ModelArchive archive = ModelArchive.open(content)) {
                    for (String entry : archive.extras()) {
                        String key = entry.substring(ModelArchive.EXTRAS.length(), entry.length() - ".json".length());
                        extras.put(key, new String(archive.json(entry), StandardCharsets.UTF_8));
                    }
                }
            }
            return extras;
        });
    }

    /** {@link #write(ComputationGraph, OutputStream, boolean, Map)} to a local file, with nothing in addition. */
    public static void write(ComputationGraph network, Path file, boolean withUpdater) throws IOException {
        try (OutputStream stream = Files.newOutputStream(file)) {
            write(network, stream, withUpdater, Map.of());
        }
    }

    /**
     * Writes Deeplearning4j's own zip.
     *
     * @param network not modified
     * @param withUpdater whether the updater's state goes along, so that training can continue
     * @param extras JSON texts to keep beside the network, by a name of letters, digits, '-' and '_'
     * @throws IllegalArgumentException if an extra has another name
     */
    public static void write(
            ComputationGraph network, OutputStream stream, boolean withUpdater, Map<String, String> extras)
            throws IOException {
        Map<String, String> texts = new TreeMap<>();
        extras.forEach((name, json) -> texts.put(ModelArchive.EXTRAS + name + ".json", json));
        for (String entry : texts.keySet()) {
            if (!ModelArchive.isExtra(entry)) {
                throw new IllegalArgumentException(
                        "Cannot write model: found an extra '%s', expected names of letters, digits, '-' and '_'"
                                .formatted(entry));
            }
        }
        ZipOutputStream zip = new ZipOutputStream(new BufferedOutputStream(stream));
        // Weights hardly pack, and trying hard takes most of the time; zeros pack at any level.
        zip.setLevel(Deflater.BEST_SPEED);
        text(zip, ModelArchive.CONFIGURATION, network.getConfiguration().toJson());
        if (network.params() != null && network.params().length() > 0) {
            vector(zip, ModelArchive.COEFFICIENTS, network.params());
        } else {
            // Deeplearning4j expects the entry to be there and empty.
            text(zip, ModelArchive.COEFFICIENTS, "");
            text(zip, ModelArchive.NO_PARAMETERS, "");
        }
        INDArray state = withUpdater ? network.getUpdater().getStateViewArray() : null;
        if (state != null && state.length() > 0) {
            vector(zip, ModelArchive.UPDATER_STATE, state);
        }
        for (Map.Entry<String, String> extra : texts.entrySet()) {
            text(zip, extra.getKey(), extra.getValue());
        }
        zip.finish();
        zip.flush();
    }

    private static ComputationGraph network(ModelArchive archive) throws IOException, Unreadable {
        ComputationGraphConfiguration configuration = ConfigurationJson.read(archive.json(ModelArchive.CONFIGURATION));
        long parameters = parameters(configuration);
        INDArray values = null;
        if (parameters > 0) {
            if (!archive.has(ModelArchive.COEFFICIENTS)) {
                throw new Unreadable("it has no entry '%s'", ModelArchive.COEFFICIENTS);
            }
            values = VectorEntry.read(archive, ModelArchive.COEFFICIENTS, parameters, "the network");
            // As Deeplearning4j does: files older than 1.0.0-beta4 say nothing of the type in their configuration.
            configuration.setDataType(values.dataType());
        }
        ComputationGraph network = initialise(configuration, values);
        if (archive.has(ModelArchive.UPDATER_STATE)) {
            INDArray state = network.getUpdater().getStateViewArray();
            long length = state == null ? 0 : state.length();
            INDArray stored = VectorEntry.read(archive, ModelArchive.UPDATER_STATE, length, "the updater");
            if (length > 0) {
                network.getUpdater().setStateViewArray(stored);
            }
        }
        return network;
    }

    private static ComputationGraph initialise(ComputationGraphConfiguration configuration, INDArray values)
            throws Unreadable {
        long parameters = parameters(configuration);
        try {
            ComputationGraph network = new ComputationGraph(configuration);
            network.init(values, false);
            return network;
        } catch (OutOfMemoryError tooLarge) {
            throw new Unreadable(
                    "its %d parameters do not fit in memory (%s)", parameters, Unreadable.firstLine(tooLarge));
        }
    }

    /** Number of parameters the configuration asks for. */
    static long parameters(ComputationGraphConfiguration configuration) throws Unreadable {
        long sum = 0;
        for (Map.Entry<String, GraphVertex> vertex : configuration.getVertices().entrySet()) {
            long parameters = vertex.getValue().numParams(true);
            if (parameters < 0 || parameters > MOST_PARAMETERS - sum) {
                throw new Unreadable(
                        "its network is too large at layer %s, found %d parameters, expected at most %d in all",
                        Unreadable.quote(vertex.getKey()), parameters, MOST_PARAMETERS);
            }
            sum += parameters;
        }
        return sum;
    }

    private enum Kind {
        ZIP,
        JSON,
        KERAS
    }

    /** What a file is by its first bytes, which stay unread. */
    private static Kind kind(BufferedInputStream content) throws IOException, Unreadable {
        content.mark(LONGEST_MAGIC);
        byte[] magic = content.readNBytes(LONGEST_MAGIC);
        content.reset();
        if (magic.length == 0) {
            throw new Unreadable("it is empty");
        }
        String start = new String(magic, StandardCharsets.ISO_8859_1);
        if (start.startsWith("PK")) {
            return Kind.ZIP;
        }
        if (start.startsWith("\u0089HDF")) {
            return Kind.KERAS;
        }
        if (!start.isBlank() && !start.stripLeading().startsWith("{")) {
            throw new Unreadable(
                    "it is neither a zip, nor HDF5, nor JSON, expected a Deeplearning4j model or configuration, or a Keras model");
        }
        return Kind.JSON;
    }

    private static byte[] json(InputStream content) throws IOException, Unreadable {
        byte[] bytes = content.readNBytes(ModelArchive.LARGEST_JSON + 1);
        if (bytes.length > ModelArchive.LARGEST_JSON) {
            throw new Unreadable("its JSON is too large, expected at most %d bytes", ModelArchive.LARGEST_JSON);
        }
        return bytes;
    }

    private interface Reading<T> {
        T read() throws IOException, Unreadable;
    }

    private static <T> T guarded(String name, Reading<T> reading) {
        try {
            return reading.read();
        } catch (Unreadable fault) {
            throw exception(name, fault.getMessage(), fault);
        } catch (EOFException cut) {
            throw exception(name, "an entry ends too early", cut);
        } catch (IOException failure) {
            throw exception(name, Unreadable.firstLine(failure), failure);
        } catch (RuntimeException | LinkageError refusal) {
            // Deeplearning4j has no exception of its own for a configuration it cannot build: any may come.
            throw exception(
                    name,
                    "Deeplearning4j does not accept its configuration (%s)".formatted(Unreadable.firstLine(refusal)),
                    refusal);
        }
    }

    private static ModelFileException exception(String name, String reason, Throwable cause) {
        return new ModelFileException("Cannot read model '%s': %s".formatted(name, reason), cause);
    }

    private static void text(ZipOutputStream zip, String entry, String text) throws IOException {
        zip.putNextEntry(timeless(entry));
        zip.write(text.getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
    }

    private static void vector(ZipOutputStream zip, String entry, INDArray values) throws IOException {
        zip.putNextEntry(timeless(entry));
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(zip, 1 << 16));
        Nd4j.write(values, out);
        out.flush();
        zip.closeEntry();
    }

    private static ZipEntry timeless(String name) {
        ZipEntry entry = new ZipEntry(name);
        entry.setTimeLocal(NO_TIME);
        return entry;
    }
}
