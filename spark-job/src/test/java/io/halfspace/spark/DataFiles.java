package io.halfspace.spark;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Small data sets written for tests, and configurations to read them. */
final class DataFiles {
    private DataFiles() {}

    static DataConfig config(DataFormat format, DataPart train, int[] shape, int classes) {
        return config(format, train, DataPart.NONE, DataPart.NONE, shape, classes, Normalization.NONE);
    }

    static DataConfig config(
            DataFormat format,
            DataPart train,
            DataPart validation,
            DataPart test,
            int[] shape,
            int classes,
            Normalization normalization) {
        String label = format == DataFormat.CSV ? "last" : "label";
        return new DataConfig(
                format, train, validation, test, shape, classes, normalization, Augmentation.NONE, label, "features");
    }

    static String write(Path file, byte[] content) throws IOException {
        java.nio.file.Files.createDirectories(file.getParent());
        try (OutputStream out = java.nio.file.Files.newOutputStream(file)) {
            if (Files.compressed(file.toString())) {
                try (OutputStream gzip = new GZIPOutputStream(out)) {
                    gzip.write(content);
                }
            } else {
                out.write(content);
            }
        }
        return file.toUri().toString();
    }

    static byte[] idx(byte[] values, int... axes) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(0x800 + axes.length);
            for (int axis : axes) {
                out.writeInt(axis);
            }
            out.write(values);
        }
        return bytes.toByteArray();
    }

    static byte[] randomBytes(int count, long seed) {
        byte[] values = new byte[count];
        new Random(seed).nextBytes(values);
        return values;
    }

    static BufferedImage image(int width, int height, int type, long seed) {
        BufferedImage image = new BufferedImage(width, height, type);
        Random random = new Random(seed);
        int base = random.nextInt(0x1000000);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, base + 0x010203 * x + 0x030201 * y & 0xffffff);
            }
        }
        return image;
    }

    static byte[] encoded(BufferedImage image, String format) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (!ImageIO.write(image, format, out)) {
            throw new IOException("no writer for " + format);
        }
        return out.toByteArray();
    }

    /** A file of a folder or an archive. */
    record Entry(String name, byte[] content) {}

    /** {@code perClass} colour images of 6x4 pixels for each class, some JPEG and some PNG. */
    static List<Entry> images(String prefix, int perClass, String... classes) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (String name : classes) {
            for (int i = 0; i < perClass; i++) {
                String format = i % 3 == 0 ? "png" : "jpg";
                BufferedImage image = image(6, 4, BufferedImage.TYPE_3BYTE_BGR, name.hashCode() + i);
                entries.add(new Entry("%s%s/%03d.%s".formatted(prefix, name, i, format), encoded(image, format)));
            }
        }
        return entries;
    }

    static String folder(Path root, List<Entry> entries) throws IOException {
        for (Entry entry : entries) {
            write(root.resolve(entry.name()), entry.content());
        }
        return root.toUri().toString();
    }

    /** An archive with a symbolic link among the images. */
    static String tar(Path file, List<Entry> entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (Entry entry : entries) {
                TarArchiveEntry head = new TarArchiveEntry(entry.name());
                head.setSize(entry.content().length);
                tar.putArchiveEntry(head);
                tar.write(entry.content());
                tar.closeArchiveEntry();
            }
            String first = entries.get(0).name();
            TarArchiveEntry link = new TarArchiveEntry(
                    first.substring(0, first.lastIndexOf('/')) + "/link.jpg", TarConstants.LF_SYMLINK);
            link.setLinkName("/etc/passwd");
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
        }
        return write(file, bytes.toByteArray());
    }

    /** Shards as text: equal text is equal data, bit by bit. */
    static List<String> described(TrainingData data) {
        List<String> found = new ArrayList<>();
        found.add(data.normalizer().toJson());
        found.add(String.join(",", data.classNames()));
        data.train().collect().forEach(shard -> found.add("train " + described(shard)));
        data.validation().ifPresent(part -> part.collect().forEach(shard -> found.add("val " + described(shard))));
        data.test().ifPresent(part -> part.collect().forEach(shard -> found.add("test " + described(shard))));
        return found;
    }

    private static String described(Shard shard) {
        StringBuilder text = new StringBuilder("shard " + shard.index());
        for (int row = 0; row < shard.rows(); row++) {
            text.append(" [").append(shard.rowId(row)).append(':').append(shard.label(row));
            for (int i = 0; i < shard.width(); i++) {
                text.append(' ').append(shard.raw(row, i));
            }
            text.append(']');
        }
        return text.toString();
    }
}
