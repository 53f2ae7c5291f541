package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageRowsTest {
    private static final int[] RGB = {3, 4, 6};

    @TempDir
    Path folder;

    private static DataConfig config(DataPart train, DataPart test, int[] shape) {
        return DataFiles.config(DataFormat.IMAGES, train, DataPart.NONE, test, shape, 3, Normalization.STANDARDIZE);
    }

    private static DataPart part(String path, String inside) {
        return new DataPart(path, "", inside, 0, Long.MAX_VALUE, 0);
    }

    private static TrainingData load(DataPart train, int[] shape) {
        return TrainingData.load(LocalSpark.session(), config(train, DataPart.NONE, shape), 3, 2);
    }

    private static List<DataFiles.Entry> entries() throws IOException {
        List<DataFiles.Entry> entries = new ArrayList<>(DataFiles.images("train/", 7, "dog", "cat-2", "cat"));
        entries.addAll(DataFiles.images("test/", 2, "cat", "dog"));
        Collections.shuffle(entries, new Random(3));
        entries.add(new DataFiles.Entry("train/cat/notes.txt", new byte[] {1}));
        entries.add(new DataFiles.Entry("train/cat/._000.jpg", new byte[] {1}));
        entries.add(new DataFiles.Entry("train/loose.jpg", new byte[] {1}));
        return entries;
    }

    @Test
    void classesAreNumberedByNameAndPixelsAreThoseOfImageIo() throws IOException {
        List<DataFiles.Entry> entries = DataFiles.images("", 7, "dog", "cat-2", "cat");
        List<String> order = List.of("cat", "cat-2", "dog");
        try (TrainingData data = load(DataPart.of(DataFiles.folder(folder, entries)), RGB)) {
            assertThat(data.classNames()).isEqualTo(order);
            for (Shard shard : data.train().collect()) {
                assertThat(shard.rows()).isEqualTo(7);
                for (int row = 0; row < 7; row++) {
                    long id = shard.rowId(row);
                    assertThat(shard.label(row)).isEqualTo((int) (id / 7));
                    String start = "%s/%03d".formatted(order.get((int) (id / 7)), id % 7);
                    DataFiles.Entry entry = entries.stream()
                            .filter(e -> e.name().startsWith(start))
                            .findFirst()
                            .orElseThrow();
                    BufferedImage image = ImageIO.read(new ByteArrayInputStream(entry.content()));
                    for (int i = 0; i < 72; i++) {
                        int rgb = image.getRGB(i % 6, i / 6 % 4);
                        assertThat(shard.raw(row, i)).isEqualTo(rgb >> 16 - 8 * (i / 24) & 0xff);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"set.tar", "set.tar.gz", "set.tgz"})
    void anArchiveGivesTheRowsOfTheFolder(String name) throws IOException {
        String tree = DataFiles.folder(folder.resolve("tree"), entries());
        String archive = DataFiles.tar(folder.resolve(name), entries());
        try (TrainingData files = TrainingData.load(
                        LocalSpark.session(), config(part(tree, "train"), part(tree, "test"), RGB), 3, 2);
                TrainingData packed = TrainingData.load(
                        LocalSpark.session(), config(part(archive, "train"), part(archive, "test"), RGB), 3, 2)) {
            assertThat(files.trainRows()).isEqualTo(21);
            assertThat(files.testRows()).isEqualTo(4);
            assertThat(DataFiles.described(packed)).isEqualTo(DataFiles.described(files));
            // The test part has no cat-2: its dogs keep the number they have in training.
            assertThat(packed.test().orElseThrow().collect())
                    .satisfiesExactlyInAnyOrder(
                            shard -> assertThat(shard.rows()).isEqualTo(2),
                            shard -> assertThat(shard.rows()).isEqualTo(1),
                            shard -> assertThat(shard.rows()).isEqualTo(1));
            assertThat(packed.test().orElseThrow().collect())
                    .flatExtracting(
                            s -> IntStream.range(0, s.rows()).mapToObj(s::label).toList())
                    .containsExactlyInAnyOrder(0, 0, 2, 2);
        }
    }

    @Test
    void greyAndColourConvertIntoEachOther() throws IOException {
        BufferedImage grey = new BufferedImage(6, 4, BufferedImage.TYPE_BYTE_GRAY);
        grey.getRaster().setSample(2, 1, 0, 57);
        BufferedImage deep = new BufferedImage(6, 4, BufferedImage.TYPE_USHORT_GRAY);
        deep.getRaster().setSample(2, 1, 0, 57 * 256 + 3);
        BufferedImage colour = new BufferedImage(6, 4, BufferedImage.TYPE_INT_ARGB);
        colour.setRGB(2, 1, 0xff102030);
        byte[] three = new byte[72];
        byte[] one = new byte[24];
        try (ImageDecoder rgb = new ImageDecoder(RGB);
                ImageDecoder single = new ImageDecoder(new int[] {1, 4, 6})) {
            for (BufferedImage image : List.of(grey, deep)) {
                rgb.decode(DataFiles.encoded(image, "png"), 0, "x", three, 0);
                single.decode(DataFiles.encoded(image, "png"), 0, "x", one, 0);
                assertThat(new byte[] {three[8], three[32], three[56], one[8]}).containsOnly(57);
            }
            rgb.decode(DataFiles.encoded(colour, "png"), 0, "x", three, 0);
            single.decode(DataFiles.encoded(colour, "png"), 0, "x", one, 0);
            assertThat(new byte[] {three[8], three[32], three[56]}).containsExactly(0x10, 0x20, 0x30);
            assertThat(one[8]).isEqualTo((byte) Math.round(0.299 * 0x10 + 0.587 * 0x20 + 0.114 * 0x30));
            for (String format : List.of("bmp", "gif", "jpg")) {
                byte[] file = DataFiles.encoded(DataFiles.image(6, 4, BufferedImage.TYPE_3BYTE_BGR, 1), format);
                rgb.decode(file, 0, "x", three, 0);
                int pixel = ImageIO.read(new ByteArrayInputStream(file)).getRGB(2, 1);
                assertThat(three[8]).isEqualTo((byte) (pixel >> 16));
                assertThat(three[56]).isEqualTo((byte) pixel);
            }
        }
    }

    private static void assertFault(DataPart train, DataPart test, String message) {
        assertThatThrownBy(() -> TrainingData.load(LocalSpark.session(), config(train, test, RGB), 3, 2))
                .isInstanceOfSatisfying(
                        JobException.class,
                        fault -> assertThat(fault.exitCode()).isEqualTo(ExitCode.DATA))
                .hasMessageMatching(message);
        assertThat(LocalSpark.persisted()).isZero();
    }

    @Test
    void faultsNameTheFile() throws IOException {
        List<DataFiles.Entry> good = DataFiles.images("", 2, "a", "b", "c");
        List<DataFiles.Entry> broken = new ArrayList<>(good);
        broken.add(new DataFiles.Entry("b/broken.jpg", "no image".getBytes(StandardCharsets.UTF_8)));
        assertFault(
                DataPart.of(DataFiles.folder(folder.resolve("broken"), broken)),
                DataPart.NONE,
                "Cannot decode .*broken/b/broken.jpg: found no image format known here; expected a readable image");
        broken.set(6, new DataFiles.Entry("b/cut.png", Arrays.copyOf(good.get(0).content(), 60)));
        assertFault(
                DataPart.of(DataFiles.tar(folder.resolve("cut.tar"), broken)),
                DataPart.NONE,
                "Cannot decode b/cut.png in .*cut.tar: .*; expected a readable image");
        BufferedImage large = new BufferedImage(8, 5, BufferedImage.TYPE_INT_RGB);
        broken.set(6, new DataFiles.Entry("b/large.png", DataFiles.encoded(large, "png")));
        assertFault(
                DataPart.of(DataFiles.tar(folder.resolve("large.tar"), broken)),
                DataPart.NONE,
                "Cannot use b/large.png in .*large.tar: found 8x5 pixels \\(width x height\\), expected 6x4");
        broken.set(6, good.get(0));
        assertFault(
                DataPart.of(DataFiles.tar(folder.resolve("twice.tar"), broken)),
                DataPart.NONE,
                "Cannot read .*twice.tar: found a/000.png twice, expected each image once");
    }

    @Test
    void linksOutOfAFolder_orToFolders_areRefused() throws IOException {
        DataPart part = DataPart.of(DataFiles.folder(folder.resolve("tree"), DataFiles.images("", 2, "a", "b", "c")));
        Path tree = folder.resolve("tree");
        Path link = tree.resolve("a/link.png");
        java.nio.file.Files.createSymbolicLink(link, Path.of("../b/000.png"));
        try (TrainingData data = load(part, RGB)) {
            assertThat(data.trainRows())
                    .as("a link to a file of the data set is one")
                    .isEqualTo(7);
        }
        Path outside = java.nio.file.Files.createFile(folder.resolve("outside.png"));
        for (Path target : List.of(outside, Path.of("/etc/passwd"), Path.of("../../tree"))) {
            java.nio.file.Files.delete(link);
            java.nio.file.Files.createSymbolicLink(link, target);
            assertFault(part, DataPart.NONE, "Cannot read .*a/link.png: found .*");
        }
        java.nio.file.Files.delete(link);
        java.nio.file.Files.createSymbolicLink(tree.resolve("d"), folder);
        assertFault(part, DataPart.NONE, "Cannot read .*tree/d: found a link to a folder, or out of the data set, .*");
    }

    @Test
    void entriesOfAnArchiveThatAreNoFilesInIt_arePassedOver() throws IOException {
        List<DataFiles.Entry> good = DataFiles.images("", 2, "a", "b", "c");
        byte[] image = good.get(0).content();
        Path hostile = folder.resolve("hostile.tar");
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(java.nio.file.Files.newOutputStream(hostile))) {
            for (DataFiles.Entry entry : good) {
                put(tar, new TarArchiveEntry(entry.name()), entry.content());
            }
            for (String name : List.of("../a/x.png", "a/../../x.png", "/etc/x.png", "/a/x.png", "./../a/x.png")) {
                put(tar, new TarArchiveEntry(name, true), image);
            }
            // Hard and symbolic links, devices, a pipe.
            for (char type : new char[] {'1', '2', '3', '4', '6'}) {
                TarArchiveEntry entry = new TarArchiveEntry("a/special%s.png".formatted(type), (byte) type);
                entry.setLinkName("/etc/passwd");
                put(tar, entry, new byte[0]);
            }
        }
        try (TrainingData packed = load(DataPart.of(hostile.toString()), RGB);
                TrainingData plain = load(DataPart.of(DataFiles.tar(folder.resolve("good.tar"), good)), RGB)) {
            assertThat(packed.trainRows()).isEqualTo(6);
            assertThat(DataFiles.described(packed)).isEqualTo(DataFiles.described(plain));
        }
    }

    private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, byte[] content) throws IOException {
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    @Test
    void classesThatDoNotFitAreNamed() throws IOException {
        DataPart good = DataPart.of(DataFiles.folder(folder.resolve("good"), DataFiles.images("", 2, "a", "b", "c")));
        String other = DataFiles.folder(folder.resolve("other"), DataFiles.images("in/", 2, "a", "d"));
        assertFault(
                good,
                part(other, "in"),
                "Cannot use .*other/in: found class d, expected one of the training classes \\[a, b, c\\]");
        assertFault(
                part(other, "in"),
                DataPart.NONE,
                "Cannot number the classes of the training rows: found 2 \\(a, d\\), expected 3");
        assertFault(part(other, "in/a"), DataPart.NONE, "Cannot read .*other/in/a: found no images, expected files .*");
        assertFault(part(other, "none"), DataPart.NONE, "Cannot read .*other/none: found no such file or folder");
        String archive = DataFiles.tar(folder.resolve("set.tar.gz"), DataFiles.images("in/", 2, "a"));
        assertFault(part(archive, "none"), DataPart.NONE, "Cannot read none in .*set.tar.gz: found no images, .*");
        java.nio.file.Files.write(folder.resolve("no.tar.gz"), new byte[] {1, 2, 3});
        assertFault(DataPart.of(folder.resolve("no.tar.gz").toString()), DataPart.NONE, "Cannot read .*no.tar.gz: .*");
    }
}
