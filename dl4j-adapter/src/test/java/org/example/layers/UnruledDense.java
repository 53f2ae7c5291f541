package org.example.layers;

/** A layer without a rule. */
public final class UnruledDense extends ScaledDense {
    UnruledDense() {}

    public UnruledDense(long out) {
        super(out);
    }
}
