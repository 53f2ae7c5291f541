package io.halfspace.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.compress.archivers.ArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;

/**
 * Images in a tar file: one task lists the names, one unpacks the files; the decoding happens where the rows land, on
 * all executors. Entries that are no regular files (links, devices) are passed over, and nothing is written anywhere.
 */
final class ImageArchiveRows implements RowSource {
    private final JavaSparkContext context;
    private final Files files;
    private final DataPart part;
    private final ImageNames names;
    private final List<String> known;
    /** Id of each image in the order of the archive. */
    private final int[] ids;

    /** @param training names of the training classes, or empty when this is the training part */
    ImageArchiveRows(JavaSparkContext context, Files files, DataPart part, List<String> training) {
        this.context = context;
        this.files = files;
        this.part = part;
        files.status(part.path());
        List<String> listed = context.parallelize(List.of(part.path()), 1)
                .flatMap(lister(files, part.folder()))
                .collect();
        names = ImageNames.of(listed, part.folder().isEmpty() ? part.path() : part.folder() + " in " + part.path());
        known = training.isEmpty() ? names.classes() : training;
        Map<String, Integer> idOfName = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            idOfName.put(names.name(i), i);
        }
        ids = listed.stream().mapToInt(idOfName::get).toArray();
    }

    static boolean isArchive(String path) {
        String name = path.toLowerCase(Locale.ROOT);
        return name.endsWith(".tar") || name.endsWith(".tar.gz") || name.endsWith(".tgz");
    }

    /** Names of the images in an archive, in its order. */
    static FlatMapFunction<String, String> lister(Files files, String folder) {
        return path -> {
            try (TarArchiveInputStream tar = new TarArchiveInputStream(files.open(path))) {
                List<String> listed = new ArrayList<>();
                for (String name = nextImage(tar, folder); !name.isEmpty(); name = nextImage(tar, folder)) {
                    listed.add(name);
                }
                return listed.iterator();
            } catch (IOException e) {
                throw Files.unreadable(path, e);
            }
        };
    }

    /** Moves to the next image and returns {@code CLASS/NAME}, or "" at the end. */
    private static String nextImage(TarArchiveInputStream tar, String folder) throws IOException {
        for (ArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            String name = inside(entry.getName(), folder);
            if (regular((TarArchiveEntry) entry) && name.indexOf('/') > 0 && ImageDecoder.isImage(name)) {
                return name;
            }
        }
        return "";
    }

    private static boolean regular(TarArchiveEntry entry) {
        return entry.isFile()
                && !entry.isLink()
                && !entry.isSymbolicLink()
                && !entry.isCharacterDevice()
                && !entry.isBlockDevice()
                && !entry.isFIFO();
    }

    /** The name below the folder, or "" when it lies elsewhere or is hidden. */
    private static String inside(String entry, String folder) {
        String name = entry.startsWith("./") ? entry.substring(2) : entry;
        String prefix = folder.isEmpty() ? "" : folder + "/";
        if (!name.startsWith(prefix)) {
            return "";
        }
        String rest = name.substring(prefix.length());
        return Arrays.stream(rest.split("/")).anyMatch(Files::hidden) ? "" : rest;
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
        return context.parallelize(List.of(part.path()), 1)
                .flatMap(reader(files, part.folder(), ids, names.labels(known, part.path()), cut));
    }

    private static FlatMapFunction<String, byte[]> reader(
            Files files, String folder, int[] ids, ImageNames.Labels labels, Cut cut) {
        return path -> rows(new TarArchiveInputStream(files.open(path)), path, folder, ids, labels, cut);
    }

    private static Iterator<byte[]> rows(
            TarArchiveInputStream tar, String path, String folder, int[] ids, ImageNames.Labels labels, Cut cut) {
        return new RowIterator(tar, path) {
            private int ordinal;

            @Override
            byte[] read() throws IOException {
                for (String name = nextImage(tar, folder); !name.isEmpty(); name = nextImage(tar, folder)) {
                    long id = ids[ordinal++];
                    long position = cut.position(id);
                    if (position >= 0) {
                        String full = (folder.isEmpty() ? name : folder + "/" + name) + " in " + path;
                        byte[] file = ImageFolderRows.content(tar, full);
                        return PackedRow.ofImageFile(position, id, labels.at(id), full, file);
                    }
                }
                return END;
            }
        };
    }
}
