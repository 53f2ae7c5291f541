package io.halfspace.spark;

import io.halfspace.dl4j.ModelFile;
import io.halfspace.dl4j.ModelFileException;
import io.halfspace.dl4j.NativeAcceleration;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * What each reader of foreign bytes owes: it reads them, or says in one sentence why not, with the exit code of its kind;
 * nothing else comes out of it. Targets of the coverage-guided fuzzer, one nested class a reader: {@code deploy/fuzz.sh};
 * {@code ReaderFuzzTest} replays what it once found.
 */
public final class ReaderFuzz {
    private static final int CLASSES = 3;
    private static final int[] IMAGE = {3, 8, 8};

    private ReaderFuzz() {}

    /** All targets by the names that {@code deploy/fuzz.sh} takes. */
    static Target target(String name) {
        return switch (name) {
            case "idx" -> ReaderFuzz::idx;
            case "csv" -> ReaderFuzz::csv;
            case "image" -> ReaderFuzz::image;
            case "tar" -> ReaderFuzz::tar;
            case "yaml" -> ReaderFuzz::yaml;
            case "normalizer" -> ReaderFuzz::normalizer;
            case "checkpoint" -> ReaderFuzz::checkpoint;
            case "position" -> ReaderFuzz::position;
            case "model", "keras" -> ReaderFuzz::model;
            default -> throw new IllegalArgumentException("Cannot fuzz '%s': there is no such reader".formatted(name));
        };
    }

    /** Reads bytes; throws only if the reader broke its word. */
    interface Target {
        void read(byte[] bytes);
    }

    /**
     * Called by the fuzzer first: loading what good files and errors need, instrumented, must not count as the time of an
     * input. The system property {@code fuzz.corpus} names the folder of the good files.
     */
    public static void fuzzerInitialize() throws IOException {
        Chosen.TARGET.read(new byte[0]);
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(Path.of(System.getProperty("fuzz.corpus")), "good-*")) {
            for (Path file : files) {
                Chosen.TARGET.read(Files.readAllBytes(file));
            }
        }
    }

    /** Entry of the fuzzer; the reader is named by the system property {@code fuzz.reader}. */
    public static void fuzzerTestOneInput(byte[] bytes) {
        Chosen.TARGET.read(bytes);
    }

    private static final class Chosen {
        static final Target TARGET = target(System.getProperty("fuzz.reader", "idx"));
    }

    private static void idx(byte[] bytes) {
        answered(
                ExitCode.DATA,
                () -> IdxHeader.read(new ByteArrayInputStream(bytes), "the file")
                        .rowBytes());
    }

    private static void csv(byte[] bytes) {
        Scratch file = Scratch.holding(bytes, "data.csv");
        answered(ExitCode.DATA, () -> {
            CsvHeader header = CsvHeader.read(Scratch.FILES, file.uri(), "last", 4);
            CsvPiece piece = new CsvPiece(Scratch.FILES, file.uri(), 0, Long.MAX_VALUE, header);
            long rows = piece.count()[1];
            Cut all = new Cut(0, rows, 0, rows, 1);
            for (Iterator<byte[]> read = piece.read(0, 0, all, CLASSES); read.hasNext(); ) {
                read.next();
            }
        });
    }

    private static void image(byte[] bytes) {
        answered(ExitCode.DATA, () -> {
            try (ImageDecoder decoder = new ImageDecoder(IMAGE)) {
                decoder.decode(bytes, 0, "the image", new byte[3 * 8 * 8], 0);
            }
        });
    }

    private static void tar(byte[] bytes) {
        Scratch file = Scratch.holding(bytes, "images.tar");
        answered(ExitCode.DATA, () -> {
            Iterator<String> names = ImageArchiveRows.lister(Scratch.FILES, "").call(file.uri());
            while (names.hasNext()) {
                names.next();
            }
        });
    }

    private static void yaml(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        answered(
                ExitCode.CONFIGURATION,
                () -> JobConfig.of(new JobFile(
                        "job.yaml", new org.apache.hadoop.fs.Path("/jobs"), JobFile.parse("job.yaml", text))));
    }

    private static void normalizer(byte[] bytes) {
        answered(ExitCode.DATA, () -> Normalizer.fromJson(new String(bytes, StandardCharsets.UTF_8)));
    }

    /** The first half stands for the manifest, the second for a file; nothing that was not written whole is found. */
    private static void checkpoint(byte[] bytes) {
        Scratch.checkpoint(bytes);
        try {
            Scratch.checkpoints("damaged").newest();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where a training was, in a checkpoint that is whole. */
    private static void position(byte[] bytes) {
        answered(ExitCode.TRY_AGAIN, () -> {
            CheckpointStore store = Scratch.checkpoints("position");
            store.write(1, "given", Map.of("position.json", out -> out.write(bytes)));
            TrainingCheckpoint.of(store.newest().orElseThrow()).position().epoch();
        });
    }

    private static void model(byte[] bytes) {
        NativeAcceleration.enable();
        try {
            ModelFile.read("model.zip", new ByteArrayInputStream(bytes));
        } catch (ModelFileException e) {
            requireSentence(e.getMessage());
        }
    }

    /** Something that may refuse its input. */
    private interface Reading {
        void run() throws Exception;
    }

    private static void answered(ExitCode code, Reading reading) {
        try {
            reading.run();
        } catch (JobException e) {
            if (e.exitCode() != code) {
                throw new AssertionError("Exit code %s, expected %s".formatted(e.exitCode(), code), e);
            }
            if (code != ExitCode.CONFIGURATION) {
                requireSentence(e.getMessage());
            }
        } catch (Exception e) {
            throw new AssertionError("Not a sentence for a user", e);
        }
    }

    private static void requireSentence(String message) {
        if (message == null || !message.startsWith("Cannot ") || message.length() > 2_000 || message.contains("\n")) {
            throw new AssertionError("Not one sentence: " + message);
        }
    }

    /** The one file that a reader of files is given. */
    private record Scratch(Path path) {
        static final io.halfspace.spark.Files FILES = new io.halfspace.spark.Files(new Configuration(false));
        static final Path FOLDER = folder();

        static Scratch holding(byte[] bytes, String name) {
            return write(FOLDER.resolve(name), bytes);
        }

        static void checkpoint(byte[] bytes) {
            Path place = FOLDER.resolve("damaged").resolve("000000000001-00000000");
            int half = bytes.length / 2;
            write(place.resolve(CheckpointStore.MANIFEST), java.util.Arrays.copyOf(bytes, half));
            write(place.resolve("a.bin"), java.util.Arrays.copyOfRange(bytes, half, bytes.length));
        }

        /** The checkpoints of a folder. */
        static CheckpointStore checkpoints(String folder) throws IOException {
            RawLocalFileSystem files = new RawLocalFileSystem();
            files.initialize(FOLDER.toUri(), new Configuration(false));
            return new CheckpointStore(
                    files, new org.apache.hadoop.fs.Path(FOLDER.resolve(folder).toUri()), 1, sentence -> {});
        }

        String uri() {
            return path.toUri().toString();
        }

        private static Scratch write(Path file, byte[] bytes) {
            try {
                Files.createDirectories(file.getParent());
                Files.write(file, bytes);
                return new Scratch(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Path folder() {
            try {
                return Files.createTempDirectory("fuzz");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Names of all readers. */
    static List<String> readers() {
        return List.of("idx", "csv", "image", "tar", "yaml", "normalizer", "checkpoint", "position", "model", "keras");
    }
}
