package io.halfspace.spark;

import java.nio.charset.StandardCharsets;

/** A number in a line of bytes, read as {@link Float#parseFloat} reads it. */
final class CsvNumber {
    private static final float[] TENS = {1, 10, 100, 1e3f, 1e4f, 1e5f, 1e6f, 1e7f, 1e8f, 1e9f, 1e10f};

    private CsvNumber() {}

    /**
     * The value between two offsets, without blanks and quotes around it.
     *
     * @throws NumberFormatException when there is no number
     */
    static float parse(byte[] line, int start, int end) {
        int from = start;
        int to = end;
        while (from < to && blank(line[from])) {
            from++;
        }
        while (to > from && blank(line[to - 1])) {
            to--;
        }
        boolean negative = from < to && line[from] == '-';
        int mantissa = 0;
        int decimals = -1;
        int i = negative ? from + 1 : from;
        if (i == to || to - i > 10) {
            return slow(line, from, to);
        }
        for (; i < to; i++) {
            int digit = line[i] - '0';
            if (digit >= 0 && digit <= 9 && mantissa < 1_000_000) {
                mantissa = mantissa * 10 + digit;
                decimals += decimals >= 0 ? 1 : 0;
            } else if (line[i] == '.' && decimals < 0 && to - from > 1) {
                decimals = 0;
            } else {
                return slow(line, from, to);
            }
        }
        if (decimals >= 0 && to - from <= (negative ? 2 : 1)) {
            return slow(line, from, to);
        }
        // Both numbers are exact floats, so one rounding is left, as in parseFloat.
        float value = decimals > 0 ? mantissa / TENS[decimals] : mantissa;
        return negative ? -value : value;
    }

    private static boolean blank(byte character) {
        return character == ' ' || character == '\t' || character == '\r' || character == '"';
    }

    private static float slow(byte[] line, int from, int to) {
        return Float.parseFloat(new String(line, from, to - from, StandardCharsets.ISO_8859_1));
    }
}
