package io.halfspace.spark;

/**
 * An event as one line of {@code key=value} pairs, for logs: {@code event=checkpoint run=first step=120 bytes=81920}.
 *
 * <p>A value stands as it is unless it is empty or holds a blank, a quote, a backslash, an equals sign or a character that is
 * not printed; it is then quoted, with JSON's escapes, so that a line stays one line whatever is in it.
 */
final class EventLine {
    /** Collectors of logs cut long lines, or refuse them. */
    private static final int LONGEST_VALUE = 2000;

    private final StringBuilder text = new StringBuilder();

    private EventLine() {}

    /** An event of a name, which needs no quotes. */
    static EventLine of(String event) {
        return new EventLine().with("event", event);
    }

    /** Adds a pair, the value as text; what is behind its first {@value #LONGEST_VALUE} characters is left out. */
    EventLine with(String key, Object value) {
        String whole = String.valueOf(value);
        String shown = whole.length() > LONGEST_VALUE ? whole.substring(0, LONGEST_VALUE) + "..." : whole;
        text.append(text.isEmpty() ? "" : " ").append(key).append('=');
        if (!shown.isEmpty() && shown.chars().allMatch(EventLine::plain)) {
            text.append(shown);
        } else {
            quote(shown);
        }
        return this;
    }

    /** Adds a measured number, in the digits that a float has. */
    EventLine measured(String key, double value) {
        return with(key, Float.toString((float) value));
    }

    @Override
    public String toString() {
        return text.toString();
    }

    private void quote(String value) {
        text.append('"');
        value.chars().forEach(character -> {
            switch (character) {
                case '"', '\\' -> text.append('\\').append((char) character);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (character == ' ' || printed(character)) {
                        text.append((char) character);
                    } else {
                        text.append("\\u%04x".formatted(character));
                    }
                }
            }
        });
        text.append('"');
    }

    private static boolean plain(int character) {
        return printed(character) && character != '"' && character != '\\' && character != '=';
    }

    /** Whether it takes room in a line and is no blank. Halves of surrogate pairs count as unprinted: half of one may be cut off. */
    private static boolean printed(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }
}
