package io.halfspace.spark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;

/** One task's share of a CSV file: the lines that start at from..to. Blank lines and the header are no rows. */
final class CsvPiece {
    private final Files files;
    private final String path;
    private final long from;
    private final long to;
    private final CsvHeader header;

    CsvPiece(Files files, String path, long from, long to, CsvHeader header) {
        this.files = files;
        this.path = path;
        this.from = from;
        this.to = to;
        this.header = header;
    }

    /** Lines of this piece, and how many of them are rows. */
    long[] count() {
        try (InputStream in = open()) {
            CsvLines lines = lines(in);
            long total = 0;
            long rows = 0;
            while (next(lines)) {
                rows += row(lines, total) ? 1 : 0;
                total++;
            }
            return new long[] {total, rows};
        } catch (IOException e) {
            throw Files.unreadable(path, e);
        }
    }

    Iterator<byte[]> read(long firstLine, long firstRow, Cut cut, int classes) {
        InputStream in = open();
        return new RowIterator(in, path) {
            private final CsvLines lines = lines(in);
            private final float[] values = new float[header.columns() - 1];
            private long line = -1;
            private long row = firstRow - 1;

            @Override
            byte[] read() throws IOException {
                while (CsvPiece.this.next(lines)) {
                    line++;
                    if (row(lines, line)) {
                        row++;
                        long position = cut.position(row);
                        if (position >= 0) {
                            int label = parse(lines, values, firstLine + line + 1, classes);
                            return PackedRow.ofFloats(position, row, label, values);
                        }
                    }
                }
                return END;
            }
        };
    }

    private InputStream open() {
        return from == 0 ? files.open(path) : files.openAt(path, from - 1);
    }

    /** Lines from the first one that starts here: the byte before tells whether the piece cuts a line. */
    private CsvLines lines(InputStream in) {
        CsvLines lines = new CsvLines(in, path);
        if (from > 0) {
            try {
                lines.next();
            } catch (IOException e) {
                throw Files.unreadable(path, e);
            }
        }
        return lines;
    }

    private boolean next(CsvLines lines) throws IOException {
        return lines.next() && lines.offset() + Math.max(from - 1, 0) < to;
    }

    private boolean row(CsvLines lines, long line) {
        return !lines.blank() && !(from == 0 && line == 0 && header.at(lines));
    }

    private int parse(CsvLines lines, float[] values, long lineNumber, int classes) {
        byte[] bytes = lines.buffer();
        int field = lines.start();
        int column = 0;
        float label = 0;
        for (int i = lines.start(); i <= lines.end(); i++) {
            if (i == lines.end() || bytes[i] == ',') {
                if (column < header.columns()) {
                    float value = number(bytes, field, i, lineNumber, column);
                    if (column == header.labelColumn()) {
                        label = value;
                    } else {
                        values[column < header.labelColumn() ? column : column - 1] = value;
                    }
                }
                column++;
                field = i + 1;
            }
        }
        if (column != header.columns()) {
            throw JobException.data(
                    "Cannot read line %d of %s: found %d fields, expected %d",
                    lineNumber, path, column, header.columns());
        }
        if (label != Math.rint(label)) {
            throw JobException.data(
                    "Cannot use the label of line %d of %s: found %s, expected a whole number",
                    lineNumber, path, label);
        }
        return PackedRow.checkedLabel((long) label, classes, "line " + lineNumber + " of " + path);
    }

    private float number(byte[] bytes, int start, int end, long lineNumber, int column) {
        float value;
        try {
            int from = start + (lineNumber == 1 && column == 0 && bytes[start] == (byte) 0xef ? 3 : 0);
            value = CsvNumber.parse(bytes, from, end);
        } catch (NumberFormatException e) {
            throw new JobException(
                    ExitCode.DATA,
                    "Cannot read line %d, column %d of %s: found \"%s\", expected a number"
                            .formatted(lineNumber, column, path, excerpt(bytes, start, end)),
                    e);
        }
        if (!Float.isFinite(value)) {
            throw JobException.data(
                    "Cannot use line %d, column %d of %s: found %s, expected a finite number",
                    lineNumber, column, path, value);
        }
        return value;
    }

    private static String excerpt(byte[] bytes, int start, int end) {
        String text = new String(bytes, start, Math.min(end - start, 40), StandardCharsets.UTF_8);
        return text.strip().replaceAll("\\p{Cntrl}", "?");
    }
}
