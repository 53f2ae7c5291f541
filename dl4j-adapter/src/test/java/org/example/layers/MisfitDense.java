package org.example.layers;

/** A layer whose rule is wrong, in the way that its name says. */
public final class MisfitDense extends ScaledDense {
    MisfitDense() {}

    public MisfitDense(long out) {
        super(out);
    }
}
