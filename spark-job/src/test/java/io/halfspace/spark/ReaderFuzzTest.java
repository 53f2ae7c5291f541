package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.halfspace.dl4j.BuiltinNetworks;
import io.halfspace.dl4j.ModelFile;
import io.halfspace.dl4j.NativeAcceleration;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.learning.config.Sgd;

/** Good files damaged at random, and all that the fuzzer once found: see {@link ReaderFuzz} for what readers owe. */
@Timeout(120)
final class ReaderFuzzTest {
    private static final Path FOUND = Path.of("src/test/resources/fuzz");
    private static final int DAMAGES = 150;

    static Stream<String> readers() {
        return ReaderFuzz.readers().stream();
    }

    @ParameterizedTest
    @MethodSource("readers")
    void damagedFiles_areReadOrRefusedInASentence(String reader) throws IOException {
        ReaderFuzz.Target target = ReaderFuzz.target(reader);
        List<byte[]> good = good(reader);
        for (byte[] file : good) {
            target.read(file);
        }
        target.read(new byte[0]);
        long seed = 20261126;
        System.out.printf("%s: %d damages of %d files, seed %d%n", reader, DAMAGES, good.size(), seed);
        Random random = new Random(seed);
        for (int i = 0; i < DAMAGES; i++) {
            byte[] damaged = damaged(good.get(random.nextInt(good.size())), random);
            try {
                target.read(damaged);
            } catch (AssertionError e) {
                throw new AssertionError("damage %d of %s, seed %d".formatted(i, reader, seed), e);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("readers")
    void whatTheFuzzerFound_isAnswered(String reader) throws IOException {
        Path folder = FOUND.resolve(reader);
        if (!java.nio.file.Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = java.nio.file.Files.list(folder)) {
            for (Path file : files.sorted().toList()) {
                ReaderFuzz.target(reader).read(java.nio.file.Files.readAllBytes(file));
            }
        }
    }

    /** Writes the good files of all readers, a folder each: what the fuzzer begins with. */
    public static void main(String[] arguments) throws IOException {
        for (String reader : ReaderFuzz.readers()) {
            Path folder = Path.of(arguments[0], reader);
            java.nio.file.Files.createDirectories(folder);
            List<byte[]> good = good(reader);
            for (int i = 0; i < good.size(); i++) {
                java.nio.file.Files.write(folder.resolve("good-" + i), good.get(i));
            }
        }
    }

    private static List<byte[]> good(String reader) throws IOException {
        return switch (reader) {
            case "idx" -> List.of(DataFiles.idx(new byte[12], 2, 2, 3), DataFiles.idx(new byte[5], 5));
            case "csv" ->
                List.of(
                        bytes("1,2,3.5,-4e3,0\n0.1,.2,3.,4,2\n\n"),
                        bytes("a,b,c,d,label\r\n1,2,3,4,1\r\n"),
                        bytes("\"1\",\"2\",\"3\",\"4\",\"1\"\n"));
            case "image" -> images();
            case "tar" -> List.of(tar());
            case "yaml" ->
                List.of(
                        java.nio.file.Files.readAllBytes(Path.of("../examples/digits.yaml")),
                        java.nio.file.Files.readAllBytes(Path.of("../examples/cifar10-resnet20.yaml")));
            case "normalizer" ->
                List.of(bytes(
                        new Normalizer(Normalization.STANDARDIZE, new float[] {1, 2}, new float[] {3, 4}).toJson()));
            case "checkpoint" -> List.of(bytes("{\"format\":1,\"step\":1,\"files\":{}}\n#sha256 00 the file"));
            case "position" -> List.of(bytes(new ObjectMapper().writeValueAsString(TrainingCheckpoint.Position.START)));
            case "model" -> List.of(model());
            case "keras" -> keras();
            default -> throw new IllegalArgumentException(reader);
        };
    }

    private static List<byte[]> keras() throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (String name : List.of("dense", "uncompiled", "sequential")) {
            files.add(java.nio.file.Files.readAllBytes(
                    Path.of("../dl4j-adapter/src/test/resources/keras", name + ".h5")));
        }
        return files;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<byte[]> images() throws IOException {
        List<byte[]> images = new ArrayList<>();
        for (String format : List.of("png", "jpg", "bmp", "gif")) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            assertThat(ImageIO.write(DataFiles.image(8, 8, BufferedImage.TYPE_3BYTE_BGR, 1), format, out))
                    .isTrue();
            images.add(out.toByteArray());
        }
        return images;
    }

    private static byte[] tar() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
            for (String name : List.of("cat/1.png", "dog/2.png", "../escape/3.png")) {
                TarArchiveEntry entry = new TarArchiveEntry(name);
                entry.setSize(3);
                tar.putArchiveEntry(entry);
                tar.write(new byte[3]);
                tar.closeArchiveEntry();
            }
        }
        return out.toByteArray();
    }

    private static byte[] model() throws IOException {
        NativeAcceleration.enable();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ModelFile.write(
                BuiltinNetworks.create("digits", new int[] {1, 8, 8}, 10, 1, new Sgd(), 0), out, false, Map.of());
        return out.toByteArray();
    }

    /** One to four of: a byte changed, a bit flipped, the end cut off, a piece doubled, a piece taken out, a large number. */
    private static byte[] damaged(byte[] good, Random random) {
        byte[] file = good.clone();
        for (int n = 1 + random.nextInt(4); n > 0 && file.length > 0; n--) {
            int at = random.nextInt(file.length);
            int to = Math.min(file.length, at + 1 + random.nextInt(16));
            switch (random.nextInt(6)) {
                case 0 -> file[at] = (byte) random.nextInt(256);
                case 1 -> file[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> file = Arrays.copyOf(file, at);
                case 3 -> file = joined(Arrays.copyOf(file, to), Arrays.copyOfRange(file, at, file.length));
                case 4 -> file = joined(Arrays.copyOf(file, at), Arrays.copyOfRange(file, to, file.length));
                default -> Arrays.fill(file, at, Math.min(to, at + 4), (byte) 0x7f);
            }
        }
        return file;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
