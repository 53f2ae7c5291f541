package io.halfspace.solver;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * All lanes at a time, in vectors of eight: the widest on every machine that the natives of Halfspace run on, and wider ones
 * gain nothing. Loaded only where {@code jdk.incubator.vector} is among the JVM's modules; allocates nothing once it is
 * compiled.
 */
final class VectorLanes extends Lanes {
    private static final VectorSpecies<Float> OCTET = FloatVector.SPECIES_256;

    @Override
    boolean isFast() {
        return FloatVector.SPECIES_PREFERRED.length() >= OCTET.length();
    }

    @Override
    void sumRows(float[] x, float[] u, int from, int to, boolean step, float[] folded) {
        FloatVector xx0 = FloatVector.zero(OCTET);
        FloatVector xx1 = FloatVector.zero(OCTET);
        FloatVector xx2 = FloatVector.zero(OCTET);
        FloatVector xx3 = FloatVector.zero(OCTET);
        FloatVector uu0 = FloatVector.zero(OCTET);
        FloatVector uu1 = FloatVector.zero(OCTET);
        FloatVector uu2 = FloatVector.zero(OCTET);
        FloatVector uu3 = FloatVector.zero(OCTET);
        FloatVector xu0 = FloatVector.zero(OCTET);
        FloatVector xu1 = FloatVector.zero(OCTET);
        FloatVector xu2 = FloatVector.zero(OCTET);
        FloatVector xu3 = FloatVector.zero(OCTET);
        int i = from;
        for (; i < to - ROW; i += LANES) {
            FloatVector x0 = FloatVector.fromArray(OCTET, x, i);
            FloatVector u0 = FloatVector.fromArray(OCTET, u, i);
            xx0 = x0.fma(x0, xx0);
            uu0 = u0.fma(u0, uu0);
            xu0 = x0.fma(u0, xu0);
            if (step) {
                x0.sub(u0).intoArray(x, i);
            }
            FloatVector x8 = FloatVector.fromArray(OCTET, x, i + 8);
            FloatVector u8 = FloatVector.fromArray(OCTET, u, i + 8);
            xx1 = x8.fma(x8, xx1);
            uu1 = u8.fma(u8, uu1);
            xu1 = x8.fma(u8, xu1);
            if (step) {
                x8.sub(u8).intoArray(x, i + 8);
            }
            FloatVector x16 = FloatVector.fromArray(OCTET, x, i + 16);
            FloatVector u16 = FloatVector.fromArray(OCTET, u, i + 16);
            xx2 = x16.fma(x16, xx2);
            uu2 = u16.fma(u16, uu2);
            xu2 = x16.fma(u16, xu2);
            if (step) {
                x16.sub(u16).intoArray(x, i + 16);
            }
            FloatVector x24 = FloatVector.fromArray(OCTET, x, i + 24);
            FloatVector u24 = FloatVector.fromArray(OCTET, u, i + 24);
            xx3 = x24.fma(x24, xx3);
            uu3 = u24.fma(u24, uu3);
            xu3 = x24.fma(u24, xu3);
            if (step) {
                x24.sub(u24).intoArray(x, i + 24);
            }
        }
        if (i < to) {
            FloatVector x0 = FloatVector.fromArray(OCTET, x, i);
            FloatVector u0 = FloatVector.fromArray(OCTET, u, i);
            xx0 = x0.fma(x0, xx0);
            uu0 = u0.fma(u0, uu0);
            xu0 = x0.fma(u0, xu0);
            if (step) {
                x0.sub(u0).intoArray(x, i);
            }
            FloatVector x8 = FloatVector.fromArray(OCTET, x, i + 8);
            FloatVector u8 = FloatVector.fromArray(OCTET, u, i + 8);
            xx1 = x8.fma(x8, xx1);
            uu1 = u8.fma(u8, uu1);
            xu1 = x8.fma(u8, xu1);
            if (step) {
                x8.sub(u8).intoArray(x, i + 8);
            }
        }
        xx0.add(xx1).add(xx2.add(xx3)).intoArray(folded, 0);
        uu0.add(uu1).add(uu2.add(uu3)).intoArray(folded, FOLDED);
        xu0.add(xu1).add(xu2.add(xu3)).intoArray(folded, 2 * FOLDED);
    }

    @Override
    void pull(float[] x, float[] u, int from, int to, float pull) {
        FloatVector pulls = FloatVector.broadcast(OCTET, -pull);
        int i = from;
        for (; i < to - FOLDED + 1; i += FOLDED) {
            FloatVector x0 = FloatVector.fromArray(OCTET, x, i);
            FloatVector u0 = FloatVector.fromArray(OCTET, u, i);
            x0.fma(pulls, x0.sub(u0)).intoArray(x, i);
        }
        for (; i < to; i++) {
            x[i] = Math.fma(-pull, x[i], x[i] - u[i]);
        }
    }
}
