package io.halfspace.spark;

import io.halfspace.dl4j.NativeAcceleration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.bytedeco.javacpp.Loader;

/** Native libraries of a process that computes. */
final class ExecutorNatives {
    private static final String CACHE = "org.bytedeco.javacpp.cachedir";

    /** More than what a full disk still gives to small files. */
    private static final int PROBE = 1 << 20;

    private static boolean checked;

    private ExecutorNatives() {}

    /**
     * To be called before anything native: switches Deeplearning4j's kernels on, and on executors has JavaCPP unpack natives
     * into a folder of this process alone, because several at once on one machine would race for the common one. The folder
     * goes with the process; a user who sets the property keeps his own.
     *
     * @throws JobException exit code 75 if natives cannot be unpacked
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
                throw unusable(System.getProperty("java.io.tmpdir"), e);
            }
        }
        if (!checked) {
            check();
            checked = true;
        }
        NativeAcceleration.enable();
    }

    /** JavaCPP would take another folder in silence, or fail somewhere in a class that begins. */
    private static void check() {
        String named = System.getProperty(CACHE);
        try {
            if (named != null) {
                Path folder = Files.createDirectories(Path.of(named));
                Path probe = Files.createTempFile(folder, "halfspace", ".probe");
                try {
                    Files.write(probe, new byte[PROBE]);
                } finally {
                    Files.delete(probe);
                }
            } else {
                Loader.getCacheDir();
            }
        } catch (IOException | InvalidPathException e) {
            throw unusable(named == null ? "the user's home and " + System.getProperty("java.io.tmpdir") : named, e);
        }
    }

    private static JobException unusable(String folder, Exception cause) {
        return new JobException(
                ExitCode.TRY_AGAIN,
                "Cannot unpack native libraries into '%s' on host %s: %s; name a folder that can be written and has 600 MB free with -D%s=FOLDER (for executors in spark.executor.extraJavaOptions)"
                        .formatted(folder, host(), Remedy.reason(cause), CACHE),
                cause);
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
