package io.halfspace.dl4j;

import java.util.Arrays;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Whether two networks compute the same, on a probe batch and in inference mode.
 *
 * @param maxAbsoluteDifference largest difference between two output values; NaN if one of them is not a number
 * @param maxRelativeDifference the same, divided by the largest absolute value of all outputs of the expected network
 * @param tolerance largest relative difference that passes: 1e-10 in double precision, else 1e-5
 * @param passed whether they compute the same; never if an output is not finite
 */
public record EquivalenceCheck(
        double maxAbsoluteDifference, double maxRelativeDifference, double tolerance, boolean passed) {
    private static final double FLOAT_TOLERANCE = 1e-5;
    private static final double DOUBLE_TOLERANCE = 1e-10;

    /**
     * Compares all outputs of two networks.
     *
     * @param probe one array for each network input; not modified
     */
    public static EquivalenceCheck compare(ComputationGraph expected, ComputationGraph actual, INDArray... probe) {
        double tolerance =
                expected.getConfiguration().getDataType() == DataType.DOUBLE ? DOUBLE_TOLERANCE : FLOAT_TOLERANCE;
        INDArray[] left = expected.output(false, copies(probe));
        INDArray[] right = actual.output(false, copies(probe));
        if (left.length != right.length) {
            return new EquivalenceCheck(Double.NaN, Double.NaN, tolerance, false);
        }
        double difference = 0;
        double scale = 0;
        for (int i = 0; i < left.length; i++) {
            if (!left[i].equalShapes(right[i])) {
                return new EquivalenceCheck(Double.NaN, Double.NaN, tolerance, false);
            }
            double[] a = values(left[i]);
            double[] b = values(right[i]);
            for (int j = 0; j < a.length; j++) {
                // Math.max hands NaN on.
                difference = Math.max(difference, Math.abs(a[j] - b[j]));
                scale = Math.max(scale, Math.abs(a[j]));
            }
        }
        double relative = difference == 0 ? 0 : difference / scale;
        boolean finite = Double.isFinite(difference) && Double.isFinite(scale);
        return new EquivalenceCheck(difference, relative, tolerance, finite && relative <= tolerance);
    }

    /** At inference, Deeplearning4j's activation layers write over what they are given, network inputs included. */
    private static INDArray[] copies(INDArray[] probe) {
        return Arrays.stream(probe).map(INDArray::dup).toArray(INDArray[]::new);
    }

    private static double[] values(INDArray array) {
        return array.castTo(DataType.DOUBLE).dup('c').reshape(array.length()).toDoubleVector();
    }
}
