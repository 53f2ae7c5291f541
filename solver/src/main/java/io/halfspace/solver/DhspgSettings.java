package io.halfspace.solver;

/**
 * How hard DHSPG pushes.
 *
 * @param lambda least penalty on a chosen group, relative to the base optimiser's direction
 * @param amplify how far above its lower bound the penalty goes where the base optimiser pulls away from zero; above 1
 * @param epsilon a step that keeps less than this share of a group, measured along the group, projects it to zero; in
 *     [0, 1)
 */
public record DhspgSettings(double lambda, double amplify, double epsilon) {
    public DhspgSettings {
        if (!(lambda > 0 && Double.isFinite(lambda))) {
            throw new IllegalArgumentException("Invalid lambda: %s, expected a number above 0".formatted(lambda));
        }
        if (!(amplify > 1 && Double.isFinite(amplify))) {
            throw new IllegalArgumentException("Invalid amplify: %s, expected a number above 1".formatted(amplify));
        }
        if (!(epsilon >= 0 && epsilon < 1)) {
            throw new IllegalArgumentException("Invalid epsilon: %s, expected in [0, 1)".formatted(epsilon));
        }
    }

    /** Defaults where the base optimiser's steps are in proportion to the gradient: SGD, momentum. */
    public static DhspgSettings forSgd() {
        return new DhspgSettings(1e-3, 2, 0.95);
    }

    /** Defaults where the base optimiser scales its steps itself: Adam and its kin. */
    public static DhspgSettings forAdam() {
        return new DhspgSettings(1e-2, 20, 0.95);
    }
}
