package io.halfspace.spark;

import org.apache.hadoop.fs.Path;

/** Reads the {@code data} section of a job file. */
final class DataSection {
    private DataSection() {}

    static DataConfig read(ConfigSection section, Path folder) {
        if (!section.has("format")) {
            section.missing("format");
        }
        ConfigSection augment = section.section("augment");
        int[] shape = section.sizes("shape");
        if (shape.length != 1 && shape.length != 3) {
            section.fault(
                    "shape",
                    "found %d sizes, expected [features] or [channels, height, width]".formatted(shape.length));
            shape = new int[] {1};
        }
        if (!section.has("classes")) {
            section.missing("classes");
        }
        if (!section.has("train")) {
            section.missing("train");
        }
        Augmentation augmentation = new Augmentation(augment.integer("pad", 0, 0, 1024), augment.flag("flip", false));
        if (shape.length == 1 && (augmentation.pad() > 0 || augmentation.flip())) {
            section.fault("augment", "found examples of shape [features], expected images");
            augmentation = new Augmentation(0, false);
        }
        return new DataConfig(
                section.choice("format", DataFormat.CSV, DataFormat.class),
                part(section.section("train"), folder, true),
                part(section.section("validation"), folder, false),
                part(section.section("test"), folder, false),
                shape,
                section.integer("classes", 2, 2, 1_000_000),
                section.choice("normalize", Normalization.STANDARDIZE, Normalization.class),
                augmentation,
                section.text("label-column", "last"),
                section.text("features-column", "features"));
    }

    private static DataPart part(ConfigSection section, Path folder, boolean required) {
        String path = required ? section.requiredText("path") : section.text("path", "");
        String labels = section.text("labels", "");
        double fraction = section.number("fraction", 0, 0, 0.9);
        if (!path.isEmpty() && fraction > 0) {
            section.fault("fraction", "found beside a path, expected one of the two");
            fraction = 0;
        }
        long[] rows = rows(section);
        return new DataPart(
                path.isEmpty() ? "" : resolve(path, folder),
                labels.isEmpty() ? "" : resolve(labels, folder),
                section.text("folder", ""),
                rows[0],
                rows[1],
                fraction);
    }

    /** {@code rows: 0-1437}: the first row and, exclusive, the last. */
    private static long[] rows(ConfigSection section) {
        String text = section.text("rows", "");
        if (text.isEmpty()) {
            return new long[] {0, Long.MAX_VALUE};
        }
        String[] ends = text.split("-", -1);
        if (ends.length == 2 && ends[0].matches("\\d{1,18}") && ends[1].matches("\\d{1,18}")) {
            long first = Long.parseLong(ends[0]);
            long end = Long.parseLong(ends[1]);
            if (first < end) {
                return new long[] {first, end};
            }
        }
        section.fault("rows", "found %s, expected FIRST-END, END exclusive and larger, like 0-8000".formatted(text));
        return new long[] {0, Long.MAX_VALUE};
    }

    /** A location as it stands if it is absolute or has a scheme, else relative to the folder of the job file. */
    static String resolve(String location, Path folder) {
        Path path = new Path(location);
        return path.isAbsolute() || path.toUri().getScheme() != null ? location : new Path(folder, path).toString();
    }
}
