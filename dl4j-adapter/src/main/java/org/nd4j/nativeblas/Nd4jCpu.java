package org.nd4j.nativeblas;

/**
 * Stands where Deeplearning4j 1.0.0-M2.1 still looks for ND4J's CPU bindings when it asks whether oneDNN may be used
 * ({@code BaseMKLDNNHelper.mklDnnEnabled}). The bindings moved to {@code org.nd4j.linalg.cpu.nativecpu.bindings} and
 * the method was renamed, so that without this class every convolution, batch-norm and pooling layer silently falls
 * back to ND4J's built-in kernels.
 */
public final class Nd4jCpu {
    private static final String BINDINGS = "org.nd4j.linalg.cpu.nativecpu.bindings.Nd4jCpu$Environment";

    private Nd4jCpu() {}

    /** Answers the one question Deeplearning4j asks by reflection; the bindings are found by reflection as well. */
    public static final class Environment {
        private static final Environment INSTANCE = new Environment();

        private final boolean oneDnn = builtWithOneDnn() && allowed();

        private Environment() {}

        public static Environment getInstance() {
            return INSTANCE;
        }

        /** True where the loaded native library holds oneDNN; the plain and the CUDA build do not. */
        public boolean isUseMKLDNN() {
            return oneDnn;
        }

        /** The plain build answers {@code isUseONEDNN()} with true although it holds no oneDNN: its build line decides. */
        private static boolean builtWithOneDnn() {
            return NativeOpsHolder.getInstance()
                    .getDeviceNativeOps()
                    .buildInfo()
                    .contains("HAVE_ONEDNN");
        }

        private static boolean allowed() {
            try {
                Class<?> bindings = Class.forName(
                        BINDINGS,
                        true,
                        NativeOpsHolder.getInstance()
                                .getDeviceNativeOps()
                                .getClass()
                                .getClassLoader());
                Object environment = bindings.getMethod("getInstance").invoke(null);
                return (boolean) bindings.getMethod("isUseONEDNN").invoke(environment);
            } catch (ReflectiveOperationException absent) {
                return false;
            }
        }
    }
}
