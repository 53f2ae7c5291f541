package io.halfspace.dl4j;

import org.deeplearning4j.config.DL4JClassLoading;
import org.deeplearning4j.config.DL4JSystemProperties;
import org.deeplearning4j.nn.layers.mkldnn.BaseMKLDNNHelper;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Makes Deeplearning4j's convolution, batch-norm and pooling layers run on oneDNN.
 *
 * <p>As published, 1.0.0-M2.1 never does: the layer helpers are switched off by a property, and the check behind them
 * looks for a class that has moved (see {@link org.nd4j.nativeblas.Nd4jCpu}). The difference is about tenfold.
 */
public final class NativeAcceleration {
    private NativeAcceleration() {}

    /**
     * Switches the layer helpers on. To be called first thing in every JVM, before any network is created: layers look
     * for their helper when they are built, and a look-up that failed once is not repeated. Cheap, loads no natives, may
     * be called often. A user who sets {@code -Dorg.eclipse.deeplearning4j.helpers.disable=true} keeps them off.
     */
    public static void enable() {
        if (System.getProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY) == null) {
            System.setProperty(DL4JSystemProperties.DISABLE_HELPER_PROPERTY, "false");
        }
        // On Spark, DL4J may be on the executors' class path and this module in a child loader that DL4J cannot see.
        DL4JClassLoading.setDl4jClassloaderFromClass(NativeAcceleration.class);
    }

    /** Whether layers created from now on run on oneDNN (float networks only). Loads the native library. */
    public static boolean active() {
        return !switchedOff() && BaseMKLDNNHelper.mklDnnEnabled();
    }

    /** One sentence for logs and reports: which kernels convolutions run on, and why. Loads the native library. */
    public static String describe() {
        if (backend().equalsIgnoreCase("CUDA")) {
            return "convolutions run on ND4J's CUDA kernels";
        }
        if (active()) {
            return "convolutions run on oneDNN";
        }
        return "convolutions run on ND4J's built-in kernels (several times slower than oneDNN) because " + hindrance();
    }

    private static String hindrance() {
        if (switchedOff()) {
            return "the property %s is not false".formatted(DL4JSystemProperties.DISABLE_HELPER_PROPERTY);
        }
        if (!NativeOpsHolder.getInstance().getDeviceNativeOps().buildInfo().contains("HAVE_ONEDNN")) {
            return "the native library is the plain build; put nd4j-native with a -onednn classifier in its place";
        }
        if (!Nd4j.getEnvironment().helpersAllowed()) {
            return "ND4J does not allow native helpers (ND4J environment flag)";
        }
        return "Deeplearning4j looked for oneDNN before NativeAcceleration.enable() was called";
    }

    /** Deeplearning4j takes an absent property for "disabled". */
    private static boolean switchedOff() {
        return Boolean.parseBoolean(System.getProperty(
                DL4JSystemProperties.DISABLE_HELPER_PROPERTY, DL4JSystemProperties.HELPER_DISABLE_DEFAULT_VALUE));
    }

    private static String backend() {
        return Nd4j.getExecutioner().getEnvironmentInformation().getProperty("backend", "");
    }
}
