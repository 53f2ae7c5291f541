package io.halfspace.spark;

import java.util.ArrayList;
import java.util.List;

/**
 * What the built network may cost.
 *
 * @param measure what the amount counts
 * @param amount groups (in mode erase: erasable segments) that must be zero, or what is kept of parameters or FLOPs: up to 1
 *     a share of the dense network's, above 1 a number
 */
record TargetConfig(Measure measure, double amount) {
    /** What a target counts. */
    enum Measure {
        GROUPS,
        PARAMETERS,
        FLOPS
    }

    static TargetConfig read(ConfigSection section) {
        List<TargetConfig> found = new ArrayList<>();
        for (Measure measure : Measure.values()) {
            String key = ConfigSection.word(measure);
            if (section.has(key)) {
                double amount = section.number(key, 0.5, 0, 1e15);
                if (measure == Measure.GROUPS && amount > 1 && (amount > 1e9 || amount != Math.rint(amount))) {
                    section.fault(key, "found %s, expected a share from 0 to 1 or a whole number".formatted(amount));
                    amount = 0.5;
                }
                if (amount == 0 && measure != Measure.GROUPS) {
                    section.fault(key, "found 0, expected a share in (0, 1] or a number above 1");
                    amount = 0.5;
                }
                found.add(new TargetConfig(measure, amount));
            }
        }
        if (found.size() != 1) {
            section.fault("groups|parameters|flops", "found %d targets, expected exactly one".formatted(found.size()));
            return new TargetConfig(Measure.GROUPS, 0.5);
        }
        return found.get(0);
    }
}
