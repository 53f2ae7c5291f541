package io.halfspace.solver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

final class PenaltyTest {
    private static final double ROUNDING = 1e-12;

    @RepeatedTest(300)
    void anyVectors_penaltyDescendsForLossAndNorm(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int n = 1 + random.nextInt(40);
        double scale = Math.pow(10, random.nextInt(7) - 3);
        double[] x = random.doubles(n, -1, 1).toArray();
        double[] u = random.doubles(n, -scale, scale).toArray();
        double xx = dot(x, x);
        double uu = dot(u, u);
        double xu = dot(x, u);
        double base = scale * Math.pow(10, -random.nextInt(6));
        double amplify = 1.01 + random.nextInt(30);
        double mu = Penalty.choose(xx, uu, xu, base, amplify);

        assertThat(mu)
                .isGreaterThanOrEqualTo(Penalty.least(xx, xu))
                .isLessThanOrEqualTo(Penalty.most(xx, uu, xu) * (1 + ROUNDING));
        double[] direction = new double[n];
        for (int i = 0; i < n; i++) {
            direction[i] = u[i] + mu * x[i] / Math.sqrt(xx);
        }
        boolean collinear = xu < 0 && xu * xu > xx * uu * (1 - 1e-9);
        if (collinear) {
            assertThat(dot(direction, u)).isGreaterThanOrEqualTo(-ROUNDING * uu);
        } else {
            assertThat(dot(direction, u)).as("loss").isPositive();
            assertThat(dot(direction, x)).as("norm").isPositive();
        }
        double kept = xx - dot(direction, x);
        for (double epsilon : new double[] {0, 0.5, 0.95}) {
            if (Math.abs(kept - epsilon * xx) > ROUNDING * (xx + Math.abs(kept))) {
                assertThat(Penalty.leavesHalfSpace(xx, xu, mu, epsilon)).isEqualTo(kept < epsilon * xx);
            }
        }
    }

    @Test
    void updateTowardsZero_takesTheBasePenalty() {
        assertThat(Penalty.choose(4, 1, 0.5, 0.001, 20)).isEqualTo(0.001);
        assertThat(Penalty.choose(4, 0, 0, 0.001, 20)).as("no update").isEqualTo(0.001);
    }

    @Test
    void updateAwayFromZero_isClippedIntoTheInterval() {
        // least = 1 / 2 = 0.5, most = 9 * 2 / 1 = 18, middle = 9.25
        assertThat(Penalty.choose(4, 9, -1, 0.001, 2)).isEqualTo(1.0);
        assertThat(Penalty.choose(4, 9, -1, 0.001, 100)).isEqualTo(9.25);
        assertThat(Penalty.choose(4, 9, -1, 3, 2)).isEqualTo(3.0);
        assertThat(Penalty.choose(4, 9, -6, 0.001, 2)).as("one point").isEqualTo(3.0);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
