package io.halfspace.solver;

/**
 * The penalty of one group and the half-space test, from three sums.
 *
 * <p>Letters: x parameters of the group, u update (learning rate times the base optimiser's direction d), {@code xx},
 * {@code uu}, {@code xu} their inner products, mu = learning rate times lambda. The penalised step is x - u - mu x/|x|.
 *
 * <p>Source: DHSPG, OTOv2 (arXiv 2303.06862) section 3.2. If xu &gt;= 0 any mu &gt; 0 descends for the loss and for |x|. If
 * xu &lt; 0 every mu in (-xu/|x|, -uu |x|/xu) does; Cauchy-Schwarz keeps the interval from being empty. Deviation: the
 * result never lies below the lower bound; the released code's clip can, and then |x| grows.
 */
final class Penalty {
    private Penalty() {}

    /** Lower bound of mu. */
    static double least(double xx, double xu) {
        return xu < 0 ? -xu / Math.sqrt(xx) : 0;
    }

    /** Upper bound of mu. */
    static double most(double xx, double uu, double xu) {
        return xu < 0 ? -uu * Math.sqrt(xx) / xu : Double.POSITIVE_INFINITY;
    }

    /**
     * The penalty to use: {@code min(max(mu, amplify * least), middle of the interval)}. Where x and -u point the same
     * way the interval is a single point, which is returned: such a group stands still until the closing phase.
     *
     * @param xx above 0
     */
    static double choose(double xx, double uu, double xu, double mu, double amplify) {
        if (!(xu < 0)) {
            return mu;
        }
        double least = least(xx, xu);
        double middle = least + (most(xx, uu, xu) - least) / 2;
        return Math.max(least, Math.min(Math.max(mu, amplify * least), middle));
    }

    /** Whether the penalised step leaves the half-space: its inner product with x is below epsilon times xx. */
    static boolean leavesHalfSpace(double xx, double xu, double mu, double epsilon) {
        return xx - xu - mu * Math.sqrt(xx) < epsilon * xx;
    }

    /** Cosine between x and u, that is between the way to zero and the step; 0 if one of them is zero. */
    static double cosine(double xx, double uu, double xu) {
        return xx > 0 && uu > 0 ? xu / Math.sqrt(xx * uu) : 0;
    }
}
