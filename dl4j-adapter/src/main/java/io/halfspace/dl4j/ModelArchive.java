package io.halfspace.dl4j;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A zip that may be hostile, opened: only the entries a Deeplearning4j model needs and our own JSON are in it, each once.
 *
 * <p>Read from a temporary copy through its central directory, so that a file cut short is always noticed. Sizes are
 * those the directory declares; an entry is never inflated beyond its own, and its checksum is verified. To be closed:
 * that deletes the copy.
 */
final class ModelArchive implements Closeable {
    static final String CONFIGURATION = "configuration.json";
    static final String COEFFICIENTS = "coefficients.bin";
    static final String UPDATER_STATE = "updaterState.bin";
    static final String NO_PARAMETERS = "noParams.marker";
    static final String EXTRAS = "halfspace/";

    /** Largest JSON entry: the configuration of a network of a thousand layers has about 2 MB. */
    static final int LARGEST_JSON = 16 << 20;

    private static final Set<String> NATIVE = Set.of(CONFIGURATION, COEFFICIENTS, UPDATER_STATE, NO_PARAMETERS);
    private static final Pattern EXTRA = Pattern.compile(Pattern.quote(EXTRAS) + "[A-Za-z0-9_-]{1,64}\\.json");
    private static final int MOST_ENTRIES = 64;
    private static final long LARGEST_FILE = 32L << 30;

    /** JSON of one layer after the other packs about 40 to 1; beyond this it is no configuration. */
    private static final int HIGHEST_RATIO = 250;

    private static final int RATIO_MATTERS_FROM = 1 << 20;

    private final Path copy;
    private final ZipFile zip;
    private final Map<String, ZipEntry> entries = new LinkedHashMap<>();

    private ModelArchive(Path copy, ZipFile zip) {
        this.copy = copy;
        this.zip = zip;
    }

    static ModelArchive open(InputStream stream) throws IOException, Unreadable {
        Path copy = Files.createTempFile("halfspace-model", ".zip");
        ZipFile zip = null;
        try {
            copy(stream, copy);
            zip = openZip(copy);
            ModelArchive archive = new ModelArchive(copy, zip);
            archive.check();
            return archive;
        } catch (IOException | Unreadable | RuntimeException failure) {
            if (zip != null) {
                zip.close();
            }
            Files.deleteIfExists(copy);
            throw failure;
        }
    }

    static boolean isExtra(String entry) {
        return EXTRA.matcher(entry).matches();
    }

    boolean has(String entry) {
        return entries.containsKey(entry);
    }

    List<String> extras() {
        return entries.keySet().stream().filter(ModelArchive::isExtra).toList();
    }

    /** Declared size in bytes. */
    long size(String entry) {
        return entries.get(entry).getSize();
    }

    byte[] json(String entry) throws IOException, Unreadable {
        try (Entry stream = stream(entry)) {
            byte[] bytes = stream.readNBytes((int) size(entry));
            stream.verify();
            return bytes;
        }
    }

    Entry stream(String entry) throws IOException {
        return new Entry(zip.getInputStream(entries.get(entry)), entries.get(entry));
    }

    @Override
    public void close() throws IOException {
        try {
            zip.close();
        } finally {
            Files.deleteIfExists(copy);
        }
    }

    /** The bytes of one entry; {@link #verify} when all are read. */
    static final class Entry extends CheckedInputStream {
        private final ZipEntry entry;
        private long count;

        private Entry(InputStream in, ZipEntry entry) {
            super(in, new CRC32());
            this.entry = entry;
        }

        @Override
        public int read() throws IOException {
            int read = super.read();
            count += read < 0 ? 0 : 1;
            return read;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            count += Math.max(0, read);
            return read;
        }

        /** Throws unless the entry ends here, is as long as the directory says and has the right checksum. */
        void verify() throws IOException, Unreadable {
            if (read() >= 0 || count != entry.getSize()) {
                throw new Unreadable("its entry '%s' is not as long as it says", entry.getName());
            }
            if (getChecksum().getValue() != entry.getCrc()) {
                throw new Unreadable("its entry '%s' is damaged (checksum)", entry.getName());
            }
        }
    }

    static void copy(InputStream from, Path to) throws IOException, Unreadable {
        try (OutputStream out = Files.newOutputStream(to)) {
            byte[] buffer = new byte[1 << 16];
            long total = 0;
            for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
                total += n;
                if (total > LARGEST_FILE) {
                    throw new Unreadable("it is larger than %d bytes", LARGEST_FILE);
                }
                out.write(buffer, 0, n);
            }
        }
    }

    private static ZipFile openZip(Path copy) throws Unreadable {
        try {
            return new ZipFile(copy.toFile());
        } catch (IOException | IllegalArgumentException damaged) {
            throw new Unreadable("it is a damaged or incomplete zip (%s)", Unreadable.firstLine(damaged));
        }
    }

    private void check() throws Unreadable {
        if (zip.size() > MOST_ENTRIES) {
            throw new Unreadable("it has %d entries, expected at most %d", zip.size(), MOST_ENTRIES);
        }
        for (ZipEntry entry : zip.stream().map(ZipEntry.class::cast).toList()) {
            String name = entry.getName();
            if (!NATIVE.contains(name) && !isExtra(name)) {
                throw new Unreadable("%s", foreign(name));
            }
            if (entries.put(name, entry) != null) {
                throw new Unreadable("it has two entries '%s'", name);
            }
            if (entry.getSize() < 0 || entry.getCompressedSize() < 0) {
                throw new Unreadable("its entry '%s' does not say how large it is", name);
            }
            if (name.endsWith(".json")) {
                checkJson(entry);
            }
        }
        if (!has(CONFIGURATION)) {
            throw new Unreadable("it has no entry '%s', so it is no Deeplearning4j model", CONFIGURATION);
        }
    }

    private static String foreign(String name) {
        return switch (name) {
            case "preprocessor.bin" ->
                "its entry 'preprocessor.bin' is a serialized Java object, which can run any code when it is read;"
                        + " remove it from the zip and describe the preprocessing in the job instead";
            case "normalizer.bin" ->
                "its entry 'normalizer.bin' (a Deeplearning4j normalizer) is not supported;"
                        + " remove it from the zip and describe the normalisation in the job instead";
            case "metadata.json", "model.weights.h5", "config.json" ->
                "it is in the .keras format of Keras 3, expected a Deeplearning4j zip; save it as HDF5 with Keras 2 (tf_keras) instead";
            default ->
                "its entry %s does not belong in a model, expected configuration.json, coefficients.bin, updaterState.bin"
                                .formatted(Unreadable.quote(name))
                        + " and halfspace/*.json only";
        };
    }

    private static void checkJson(ZipEntry entry) throws Unreadable {
        long size = entry.getSize();
        if (size > LARGEST_JSON) {
            throw new Unreadable(
                    "its entry '%s' is too large, found %d bytes, expected at most %d",
                    entry.getName(), size, LARGEST_JSON);
        }
        if (size > RATIO_MATTERS_FROM && size / Math.max(1, entry.getCompressedSize()) > HIGHEST_RATIO) {
            throw new Unreadable(
                    "its entry '%s' is packed more than %d to 1, as no configuration is",
                    entry.getName(), HIGHEST_RATIO);
        }
    }
}
