package io.halfspace.dl4j;

import java.util.Arrays;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * Times one gradient of a built-in network with and without oneDNN layer helpers. From the root of the repository:
 *
 * <pre>{@code
 * ./mvnw -q test-compile dependency:build-classpath -pl graph-analysis,dl4j-adapter -Dmdep.outputFile=target/classpath
 * OMP_NUM_THREADS=1 java -Xmx4g \
 *     -cp dl4j-adapter/target/classes:dl4j-adapter/target/test-classes:$(cat dl4j-adapter/target/classpath) \
 *     io.halfspace.dl4j.GradientBenchmark resnet20 64 5
 * }</pre>
 *
 * <p>Arguments: network, batch size, timed repetitions. Prints the median of each path and their ratio.
 */
final class GradientBenchmark {
    private static final int CLASSES = 10;

    private GradientBenchmark() {}

    public static void main(String[] arguments) {
        String name = arguments.length > 0 ? arguments[0] : "resnet20";
        int batch = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 64;
        int repetitions = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;

        NativeAcceleration.enable();
        System.out.println(NativeAcceleration.describe() + "; " + threads() + " OMP thread(s)");
        double fast = milliseconds(name, batch, repetitions);
        System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "true");
        double slow = milliseconds(name, batch, repetitions);
        System.out.printf(
                "%s, batch %d: %.0f ms a gradient with helpers, %.0f ms without, ratio %.1f%n",
                name, batch, fast, slow, slow / fast);
    }

    private static double milliseconds(String name, int batch, int repetitions) {
        ComputationGraph network = BuiltinNetworks.create(name, new int[] {3, 32, 32}, CLASSES, 1, new Sgd(0.1), 0);
        INDArray labels = Nd4j.zeros(DataType.FLOAT, batch, CLASSES);
        for (int i = 0; i < batch; i++) {
            labels.putScalar(i, i % CLASSES, 1);
        }
        network.setInputs(Nd4j.rand(DataType.FLOAT, batch, 3, 32, 32));
        network.setLabels(labels);
        network.computeGradientAndScore();
        double[] times = new double[repetitions];
        for (int i = 0; i < repetitions; i++) {
            long start = System.nanoTime();
            network.computeGradientAndScore();
            times[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(times);
        return times[repetitions / 2];
    }

    private static Object threads() {
        return Nd4j.getExecutioner().getEnvironmentInformation().get("omp.threads");
    }
}
