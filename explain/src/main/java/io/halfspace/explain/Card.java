package io.halfspace.explain;

import java.util.List;

/**
 * One box of the drawing: a segment of the network, its layers one below the other, or a network input.
 *
 * @param rows vertices that it shows, in the order of the chain; -1 stands for layers that are left out
 * @param kind how it is outlined
 * @param title what it says when pointed at beside its rows; may be empty
 */
record Card(List<Integer> rows, Kind kind, String title) {
    enum Kind {
        INPUT,
        PLAIN,
        ERASABLE,
        FREE
    }
}
