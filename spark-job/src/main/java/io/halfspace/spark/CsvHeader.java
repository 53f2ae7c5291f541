package io.halfspace.spark;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * How the lines of a CSV data set are laid out, read from the first line of the first file. That line is a header when
 * the label column is given by name, or when none of its fields is a number.
 *
 * @param line the header, or "" where there is none; each file may repeat it
 */
record CsvHeader(String line, int labelColumn, int columns) implements Serializable {
    static CsvHeader read(Files files, String path, String labelColumn, int width) {
        try (InputStream in = files.open(path)) {
            CsvLines lines = new CsvLines(in, path);
            String first = "";
            while (first.isBlank() && lines.next()) {
                first = text(lines);
            }
            if (first.isBlank()) {
                throw JobException.data("Cannot read %s: found no rows, expected at least 1", path);
            }
            return of(first, path, labelColumn, width);
        } catch (IOException e) {
            throw Files.unreadable(path, e);
        }
    }

    private static CsvHeader of(String first, String path, String labelColumn, int width) {
        List<String> fields = new ArrayList<>();
        for (String field : first.split(",", -1)) {
            fields.add(field.strip().replace("\"", ""));
        }
        if (fields.size() != width + 1) {
            throw JobException.data(
                    "Cannot read line 1 of %s: found %d fields, expected %d (the label and %d values, separated by commas)",
                    path, fields.size(), width + 1, width);
        }
        boolean header = fields.stream().noneMatch(CsvHeader::number);
        int label;
        if (labelColumn.isEmpty() || labelColumn.equals("last")) {
            label = width;
        } else if (labelColumn.chars().allMatch(Character::isDigit) && labelColumn.length() < 10) {
            label = Integer.parseInt(labelColumn);
        } else {
            label = fields.indexOf(labelColumn);
            header = true;
        }
        if (label < 0 || label > width) {
            throw JobException.data(
                    "Cannot find the label column of %s: found %s, expected 0 to %d, last, or a name of its header line",
                    path, labelColumn, width);
        }
        return new CsvHeader(header ? first : "", label, width + 1);
    }

    private static boolean number(String field) {
        try {
            Float.parseFloat(field);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Whether a file's first line repeats the header. */
    boolean at(CsvLines lines) {
        return !line.isEmpty() && text(lines).equals(line);
    }

    private static String text(CsvLines lines) {
        String text = new String(lines.buffer(), lines.start(), lines.end() - lines.start(), StandardCharsets.UTF_8);
        return (text.startsWith("\ufeff") ? text.substring(1) : text).strip();
    }
}
