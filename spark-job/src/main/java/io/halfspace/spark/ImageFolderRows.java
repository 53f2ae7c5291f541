package io.halfspace.spark;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import scala.Tuple2;

/**
 * Images in a folder of class folders, fetched by executors in slices of names; sent on as files, not as pixels. Links that
 * lead out of the folder, or to folders, are refused.
 */
final class ImageFolderRows implements RowSource {
    static final int LARGEST_FILE = 64 << 20;
    private static final int SLICE = 1024;

    private final JavaSparkContext context;
    private final Files files;
    private final String root;
    private final ImageNames names;
    private final List<String> known;
    private final LinkGuard links;

    /** @param training names of the training classes, or empty when this is the training part */
    ImageFolderRows(JavaSparkContext context, Files files, DataPart part, List<String> training) {
        this.context = context;
        this.files = files;
        String path = part.path().replaceAll("(?<=[^/:])/+$", "");
        root = part.folder().isEmpty() ? path : path + "/" + part.folder();
        links = LinkGuard.below(root);
        List<String> found = new ArrayList<>();
        for (FileStatus folder : files.list(root)) {
            if (folder.isDirectory()) {
                links.check(folder.getPath());
                collect(folder, folder.getPath().getName(), found);
            }
        }
        names = ImageNames.of(found, root);
        known = training.isEmpty() ? names.classes() : training;
    }

    private void collect(FileStatus folder, String prefix, List<String> found) {
        for (FileStatus entry : files.list(folder.getPath().toString())) {
            links.check(entry.getPath());
            String name = prefix + "/" + entry.getPath().getName();
            if (entry.isDirectory()) {
                collect(entry, name, found);
            } else if (ImageDecoder.isImage(name)) {
                found.add(name);
            }
        }
    }

    @Override
    public long rows() {
        return names.size();
    }

    @Override
    public PackedRow.Values values() {
        return PackedRow.Values.IMAGE_FILE;
    }

    @Override
    public List<String> classNames() {
        return known;
    }

    @Override
    public JavaRDD<byte[]> read(Cut cut) {
        List<Tuple2<Long, String[]>> slices = new ArrayList<>();
        for (long first = cut.firstRow(); first < cut.endRow(); first += SLICE) {
            String[] slice = new String[(int) Math.min(SLICE, cut.endRow() - first)];
            for (int i = 0; i < slice.length; i++) {
                slice[i] = names.name((int) first + i);
            }
            slices.add(new Tuple2<>(first, slice));
        }
        return context.parallelize(slices, slices.size()).flatMap(reader(files, root, names.labels(known, root), cut));
    }

    private static FlatMapFunction<Tuple2<Long, String[]>, byte[]> reader(
            Files files, String root, ImageNames.Labels labels, Cut cut) {
        return slice -> LongStream.range(slice._1, slice._1 + slice._2.length)
                .filter(id -> cut.position(id) >= 0)
                .mapToObj(id -> {
                    String path = root + "/" + slice._2[(int) (id - slice._1)];
                    return PackedRow.ofImageFile(cut.position(id), id, labels.at(id), path, content(files, path));
                })
                .iterator();
    }

    private static byte[] content(Files files, String path) {
        try (InputStream in = files.openAt(path, 0)) {
            return content(in, path);
        } catch (IOException e) {
            throw Files.unreadable(path, e);
        }
    }

    /** The rest of a stream, up to the largest image file taken. */
    static byte[] content(InputStream in, String name) throws IOException {
        byte[] file = in.readNBytes(LARGEST_FILE + 1);
        if (file.length > LARGEST_FILE) {
            throw JobException.data(
                    "Cannot use %s: found more than %d bytes, expected an image file of at most that",
                    name, LARGEST_FILE);
        }
        return file;
    }
}
