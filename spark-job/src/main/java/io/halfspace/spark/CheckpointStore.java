package io.halfspace.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The checkpoints of a run, on any Hadoop file system: each a folder of files that is whole or does not count.
 *
 * <p>The files come first, each under its final name, and {@code manifest} last: it names every file with its size
 * and SHA-256, and carries a SHA-256 of itself. Nothing is renamed, since object stores cannot do so in one step; a folder
 * without a manifest, or with one that does not fit its files to the last bit, is passed over for the one before it.
 *
 * <p>One writer at a time. Cost: writing is one pass over the content; reading is two, the first of which checks it.
 */
final class CheckpointStore {
    static final String MANIFEST = "manifest";
    private static final int FORMAT = 1;
    private static final int LARGEST_MANIFEST = 1 << 20;
    private static final String SEAL = "\n#sha256 ";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FileSystem files;
    private final Path folder;
    private final int kept;
    private final Consumer<String> warning;

    /**
     * @param folder where the checkpoints lie; made when the first is written
     * @param kept whole checkpoints to keep; older ones are deleted after each writing
     * @param warning told of each damaged checkpoint that is passed over, a sentence each
     */
    CheckpointStore(FileSystem files, Path folder, int kept, Consumer<String> warning) {
        if (kept < 1) {
            throw new IllegalArgumentException("Cannot keep %d checkpoints: expected at least 1".formatted(kept));
        }
        this.files = files;
        this.folder = folder;
        this.kept = kept;
        this.warning = warning;
    }

    /** Something that writes one file. */
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** One file of a checkpoint. */
    private record Entry(long bytes, String sha256) {}

    /** A whole checkpoint. */
    final class Stored {
        private final Path place;
        private final long step;
        private final String configuration;
        private final Map<String, Entry> entries;

        private Stored(Path place, long step, String configuration, Map<String, Entry> entries) {
            this.place = place;
            this.step = step;
            this.configuration = configuration;
            this.entries = entries;
        }

        /** Steps that had been taken when it was written. */
        long step() {
            return step;
        }

        /** Size of its files together, the manifest not counted. */
        long bytes() {
            return entries.values().stream().mapToLong(Entry::bytes).sum();
        }

        /** What {@link #write} was told of the configuration. */
        String configuration() {
            return configuration;
        }

        /** Length of one of its files, which {@link #open} does not refuse. */
        long bytes(String name) {
            return entries.get(name).bytes();
        }

        /** Opens one of its files, whose content has been checked. */
        InputStream open(String name) throws IOException {
            if (!entries.containsKey(name)) {
                throw new FileNotFoundException(
                        "Cannot open '%s' of checkpoint '%s': found only %s".formatted(name, place, entries.keySet()));
            }
            return files.open(new Path(place, name));
        }

        @Override
        public String toString() {
            return place.toString();
        }
    }

    /**
     * Writes a checkpoint, and deletes those that are no longer kept. When this returns, the checkpoint is whole; when it
     * throws, the ones before are as they were.
     *
     * @param step steps taken so far, at least 0
     * @param configuration whatever tells that a later run may go on from here
     * @param contents by file name
     */
    Stored write(long step, String configuration, Map<String, Content> contents) throws IOException {
        // A name of its own for each writing: files of an attempt that was cut off are never mixed with these.
        Path place = new Path(
                folder, "%012d-%s".formatted(step, UUID.randomUUID().toString().substring(0, 8)));
        Map<String, Entry> entries = new TreeMap<>();
        try {
            for (Map.Entry<String, Content> content : contents.entrySet()) {
                entries.put(content.getKey(), write(new Path(place, content.getKey()), content.getValue()));
            }
            byte[] manifest = manifest(step, configuration, entries);
            write(new Path(place, MANIFEST), out -> out.write(manifest));
        } catch (IOException e) {
            dropFailed(place, e);
            throw e;
        }
        Stored stored = new Stored(place, step, configuration, entries);
        deleteOld(place);
        return stored;
    }

    /** The newest whole checkpoint, every bit of which has been checked; empty if there is none. */
    Optional<Stored> newest() throws IOException {
        for (Path place : places()) {
            try {
                return Optional.of(read(place));
            } catch (Damaged damage) {
                warning.accept("Cannot use checkpoint '%s': %s; going on with the one before it"
                        .formatted(place, damage.getMessage()));
            }
        }
        return Optional.empty();
    }

    /** On a full disk, what is left of an attempt would keep the report of the run from being written. */
    private void dropFailed(Path place, IOException failure) {
        try {
            files.delete(place, true);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private Entry write(Path file, Content content) throws IOException {
        MessageDigest digest = DigestUtils.getSha256Digest();
        long[] bytes = {0};
        try (OutputStream out = new DigestOutputStream(files.create(file, false), digest) {
            @Override
            public void write(int b) throws IOException {
                bytes[0]++;
                super.write(b);
            }

            @Override
            public void write(byte[] values, int from, int length) throws IOException {
                bytes[0] += length;
                super.write(values, from, length);
            }
        }) {
            content.writeTo(out);
        } catch (FSError e) {
            throw Remedy.failure(e);
        }
        return new Entry(bytes[0], Hex.encodeHexString(digest.digest()));
    }

    private static byte[] manifest(long step, String configuration, Map<String, Entry> entries) {
        ObjectNode root = JSON.createObjectNode();
        root.put("format", FORMAT).put("step", step).put("configuration", configuration);
        ObjectNode list = root.putObject("files");
        entries.forEach(
                (name, entry) -> list.putObject(name).put("bytes", entry.bytes).put("sha256", entry.sha256));
        String text = root.toPrettyString();
        return (text + SEAL + DigestUtils.sha256Hex(text)).getBytes(StandardCharsets.UTF_8);
    }

    private Stored read(Path place) throws IOException, Damaged {
        JsonNode root = sealed(place);
        if (root.path("format").asInt() != FORMAT) {
            throw new Damaged("found format %s, expected %d".formatted(root.path("format"), FORMAT));
        }
        Map<String, Entry> entries = new TreeMap<>();
        for (Map.Entry<String, JsonNode> field : root.path("files").properties()) {
            Entry entry = new Entry(
                    field.getValue().path("bytes").asLong(),
                    field.getValue().path("sha256").asText());
            check(new Path(place, field.getKey()), entry);
            entries.put(field.getKey(), entry);
        }
        return new Stored(
                place, root.path("step").asLong(), root.path("configuration").asText(), entries);
    }

    /** The manifest, if it is what its own SHA-256 says. */
    private JsonNode sealed(Path place) throws IOException, Damaged {
        Path file = new Path(place, MANIFEST);
        byte[] bytes;
        try (InputStream in = files.open(file)) {
            bytes = in.readNBytes(LARGEST_MANIFEST);
        } catch (FileNotFoundException e) {
            throw new Damaged("it has no manifest, its writing was cut off");
        } catch (ChecksumException e) {
            throw new Damaged("its manifest is incomplete or changed");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        int seal = text.lastIndexOf(SEAL);
        if (seal < 0 || !text.substring(seal + SEAL.length()).equals(DigestUtils.sha256Hex(text.substring(0, seal)))) {
            throw new Damaged("its manifest is incomplete or changed");
        }
        return JSON.readTree(text.substring(0, seal));
    }

    private void check(Path file, Entry expected) throws IOException, Damaged {
        MessageDigest digest = DigestUtils.getSha256Digest();
        long bytes = 0;
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = files.open(file)) {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                digest.update(buffer, 0, read);
                bytes += read;
            }
        } catch (FileNotFoundException e) {
            throw new Damaged("its file '%s' is missing".formatted(file.getName()));
        } catch (ChecksumException e) {
            throw new Damaged("the content of its file '%s' has changed".formatted(file.getName()));
        }
        if (bytes != expected.bytes) {
            throw new Damaged(
                    "its file '%s' has %d bytes, expected %d".formatted(file.getName(), bytes, expected.bytes));
        }
        if (!Hex.encodeHexString(digest.digest()).equals(expected.sha256)) {
            throw new Damaged("the content of its file '%s' has changed".formatted(file.getName()));
        }
    }

    /** All checkpoint folders, newest first. */
    private List<Path> places() throws IOException {
        List<Path> places = new ArrayList<>();
        try {
            for (FileStatus status : files.listStatus(folder)) {
                if (status.isDirectory() && status.getPath().getName().matches("\\d{12,}-[0-9a-f]{8}")) {
                    places.add(status.getPath());
                }
            }
        } catch (FileNotFoundException e) {
            return List.of();
        }
        places.sort(Comparator.comparing(Path::getName).reversed());
        return places;
    }

    /** Deletes what is older than the checkpoints that are kept, and attempts that were cut off before {@code latest}. */
    private void deleteOld(Path latest) throws IOException {
        int whole = 0;
        for (Path place : places()) {
            boolean complete = files.exists(new Path(place, MANIFEST));
            whole += complete ? 1 : 0;
            boolean older = place.getName().compareTo(latest.getName()) < 0;
            if (older && (whole > kept || !complete)) {
                files.delete(place, true);
            }
        }
    }

    /** Why a checkpoint does not count. */
    private static final class Damaged extends Exception {
        private static final long serialVersionUID = 1L;

        Damaged(String message) {
            super(message);
        }
    }
}
