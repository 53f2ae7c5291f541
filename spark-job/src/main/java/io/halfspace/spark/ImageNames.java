package io.halfspace.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The names {@code CLASS/NAME} of a part in order: an image's id is its place here, so that a folder and an archive of
 * the same files give the same rows.
 */
final class ImageNames {
    private final String[] names;
    private final List<String> classes;
    private final long[] firstOfClass;

    private ImageNames(String[] names, List<String> classes, long[] firstOfClass) {
        this.names = names;
        this.classes = classes;
        this.firstOfClass = firstOfClass;
    }

    /** Sorts the names by class and then by name. */
    static ImageNames of(List<String> found, String where) {
        String[] names = found.toArray(new String[0]);
        // A slash sorts before letters but after some signs; as the lowest character it keeps classes together.
        Arrays.sort(names, (a, b) -> a.replace('/', '\0').compareTo(b.replace('/', '\0')));
        List<String> classes = new ArrayList<>();
        List<Long> firsts = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            if (i > 0 && names[i].equals(names[i - 1])) {
                throw JobException.data("Cannot read %s: found %s twice, expected each image once", where, names[i]);
            }
            String name = names[i].substring(0, names[i].indexOf('/'));
            if (classes.isEmpty() || !classes.get(classes.size() - 1).equals(name)) {
                classes.add(name);
                firsts.add((long) i);
            }
        }
        if (names.length == 0) {
            throw JobException.data(
                    "Cannot read %s: found no images, expected files CLASS/NAME.jpg (or jpeg, png, bmp, gif)", where);
        }
        return new ImageNames(
                names,
                List.copyOf(classes),
                firsts.stream().mapToLong(Long::longValue).toArray());
    }

    int size() {
        return names.length;
    }

    String name(int id) {
        return names[id];
    }

    List<String> classes() {
        return classes;
    }

    /** Labels of these images, numbered as in {@code known}. */
    Labels labels(List<String> known, String where) {
        int[] labels = new int[classes.size()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = known.indexOf(classes.get(i));
            if (labels[i] < 0) {
                throw JobException.data(
                        "Cannot use %s: found class %s, expected one of the training classes %s",
                        where, classes.get(i), known);
            }
        }
        return new Labels(firstOfClass, labels);
    }

    /** The label of each id, as few numbers: ids of one class adjoin. */
    static final class Labels implements Serializable {
        private final long[] firstOfClass;
        private final int[] labels;

        private Labels(long[] firstOfClass, int[] labels) {
            this.firstOfClass = firstOfClass;
            this.labels = labels;
        }

        int at(long id) {
            int found = Arrays.binarySearch(firstOfClass, id);
            return labels[found >= 0 ? found : -found - 2];
        }
    }
}
