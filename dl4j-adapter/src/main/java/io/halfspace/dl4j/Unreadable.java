package io.halfspace.dl4j;

/** What is wrong with a model file, before the file's name is put in front of it by {@link ModelFile}. */
final class Unreadable extends Exception {
    private static final int LONGEST = 120;

    Unreadable(String reason, Object... values) {
        super(reason.formatted(values));
    }

    /** A text from a foreign file, made fit for a message: printable, on one line, of bounded length. */
    static String quote(String foreign) {
        String printable = foreign.replaceAll("[^\\x20-\\x7e]", "?");
        return "'" + (printable.length() > LONGEST ? printable.substring(0, LONGEST) + "..." : printable) + "'";
    }

    /** The first line of an exception's message, for exceptions of libraries. */
    static String firstLine(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String message = root.getMessage() == null ? "" : root.getMessage().strip();
        String line = message.lines().findFirst().orElse("");
        String text = line.isEmpty() ? root.getClass().getSimpleName() : line;
        return text.length() > 2 * LONGEST ? text.substring(0, 2 * LONGEST) + "..." : text;
    }
}
