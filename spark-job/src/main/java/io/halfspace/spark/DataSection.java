package io.halfspace.spark;

import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.Path;

/** Reads the {@code data} section of a job file. */
final class DataSection {
    private DataSection() {}

    static DataConfig read(ConfigSection section, Path folder) {
        if (!section.has("format")) {
            section.missing("format");
        }
        ConfigSection augment = section.section("augment");
        DataFormat format = section.choice("format", DataFormat.CSV, DataFormat.class);
        int[] shape = shape(section, format);
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
        DataPart validation = part(section.section("validation"), folder, false);
        DataPart test = part(section.section("test"), folder, false);
        if (validation.fraction() + test.fraction() >= 1) {
            section.fault(
                    "validation.fraction",
                    "found %s beside test.fraction %s, expected a sum below 1"
                            .formatted(validation.fraction(), test.fraction()));
            validation = DataPart.NONE;
        }
        return new DataConfig(
                format,
                part(section.section("train"), folder, true),
                validation,
                test,
                shape,
                section.integer("classes", 2, 2, 1_000_000),
                section.choice("normalize", Normalization.STANDARDIZE, Normalization.class),
                augmentation,
                section.text("label-column", format == DataFormat.PARQUET ? "label" : "last"),
                section.text("features-column", "features"));
    }

    /** The shape, one that {@link DataConfig} takes whatever the fault. */
    private static int[] shape(ConfigSection section, DataFormat format) {
        int[] fallback = format == DataFormat.IMAGES ? new int[] {1, 1, 1} : new int[] {1};
        if (!section.has("shape")) {
            section.missing("shape");
            return fallback;
        }
        int[] shape = section.sizes("shape");
        if (shape.length == 0) {
            return fallback;
        }
        String found = "found %s, expected ".formatted(Arrays.toString(shape));
        if (shape.length != 1 && shape.length != 3) {
            section.fault("shape", found + "[features] or [channels, height, width]");
            return fallback;
        }
        if (Arrays.stream(shape).asDoubleStream().reduce(1, (a, b) -> a * b) > Integer.MAX_VALUE) {
            section.fault("shape", found + "at most %d values in all".formatted(Integer.MAX_VALUE));
            return fallback;
        }
        if (format == DataFormat.IMAGES && (shape.length != 3 || (shape[0] != 1 && shape[0] != 3))) {
            section.fault("shape", found + "[1 or 3, height, width] of images");
            return fallback;
        }
        return shape;
    }

    private static DataPart part(ConfigSection section, Path folder, boolean required) {
        if (required && !section.has("path")) {
            section.missing("path");
        }
        String path = location(section, "path", folder);
        String labels = location(section, "labels", folder);
        double fraction = required ? 0 : section.number("fraction", 0, 0, 0.9);
        if (!path.isEmpty() && fraction > 0) {
            section.fault("fraction", "found beside a path, expected one of the two");
            fraction = 0;
        }
        String inside = section.text("folder", "");
        if (inside.startsWith("/") || List.of(inside.split("/")).contains("..")) {
            section.fault("folder", "found %s, expected a folder inside the path".formatted(inside));
            inside = "";
        }
        long[] rows = rows(section);
        return new DataPart(path, labels, inside, rows[0], rows[1], fraction);
    }

    /** A location, resolved; empty if absent or faulty. */
    static String location(ConfigSection section, String key, Path folder) {
        String location = section.text(key, "");
        try {
            return location.isEmpty() ? "" : resolve(location, folder);
        } catch (IllegalArgumentException e) {
            section.fault(key, "found %s, expected a path or URI".formatted(location));
            return "";
        }
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
