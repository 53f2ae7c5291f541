package io.halfspace.spark;

import io.halfspace.dl4j.NativeAcceleration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;

/** Native libraries of a process that computes. */
final class ExecutorNatives {
    private static final String CACHE = "org.bytedeco.javacpp.cachedir";

    private ExecutorNatives() {}

    /**
     * To be called before anything native: switches Deeplearning4j's kernels on, and on executors has JavaCPP unpack natives
     * into a folder of this process alone, because several at once on one machine would race for the common one. The folder
     * goes with the process; a user who sets the property keeps his own.
     */
    static synchronized void prepare() {
        SparkEnv environment = SparkEnv.get();
        boolean executor = environment != null && !environment.executorId().equals("driver");
        if (executor && System.getProperty(CACHE) == null) {
            try {
                Path folder = Files.createTempDirectory("halfspace-natives-");
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
                System.setProperty(CACHE, folder.toString());
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot make a folder for native libraries", e);
            }
        }
        NativeAcceleration.enable();
    }

    /** Name of this machine, for messages. */
    static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "of unknown name";
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> inside = Files.walk(folder)) {
            inside.sorted(Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            // The process is ending: what cannot be deleted stays for the machine's own cleaning.
            System.err.println("Cannot delete " + folder + ": " + e.getMessage());
        }
    }
}
