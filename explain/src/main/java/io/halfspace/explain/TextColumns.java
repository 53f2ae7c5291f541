package io.halfspace.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Columns of text with a row a subject, each as wide as its widest cell. */
final class TextColumns<T> {
    private static final String GAP = "  ";

    private final List<T> subjects;
    private final List<Column> columns = new ArrayList<>();

    /** {@code width} counts characters. */
    private record Column(String title, boolean left, int width, List<String> cells) {
        String padded(String text) {
            String fitted = Words.fitted(text, width);
            String space = " ".repeat(width - Words.length(fitted));
            return left ? fitted + space : space + fitted;
        }
    }

    TextColumns(List<T> subjects) {
        this.subjects = subjects;
    }

    /** Adds a column that is aligned left. */
    void left(String title, Function<T, String> cell) {
        add(title, true, cell);
    }

    /** Adds a column that is aligned right. */
    void right(String title, Function<T, String> cell) {
        add(title, false, cell);
    }

    private void add(String title, boolean left, Function<T, String> cell) {
        List<String> cells = subjects.stream().map(cell).map(Words::oneLine).toList();
        int width = Words.length(title);
        for (String text : cells) {
            width = Math.max(width, Words.length(text));
        }
        columns.add(new Column(title, left, width, cells));
    }

    /** Characters of a line. */
    int width() {
        int gaps = GAP.length() * Math.max(0, columns.size() - 1);
        return gaps + columns.stream().mapToInt(Column::width).sum();
    }

    int widthOf(String title) {
        return columns.get(index(title)).width();
    }

    /** Makes a column at most so wide (but at least 1), cutting the middle out of longer cells. */
    void shrink(String title, int width) {
        int at = index(title);
        Column old = columns.get(at);
        columns.set(at, new Column(old.title(), old.left(), Math.max(1, Math.min(width, old.width())), old.cells()));
    }

    void drop(String title) {
        columns.remove(index(title));
    }

    String header() {
        return line(Column::title);
    }

    String row(int row) {
        return line(column -> column.cells().get(row));
    }

    private String line(Function<Column, String> text) {
        List<String> cells = columns.stream()
                .map(column -> column.padded(text.apply(column)))
                .toList();
        return String.join(GAP, cells).stripTrailing();
    }

    private int index(String title) {
        return columns.stream().map(Column::title).toList().indexOf(title);
    }
}
