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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Native libraries of a process that computes. */
final class ExecutorNatives {
    private static final String CACHE = "org.bytedeco.javacpp.cachedir";
    private static final Logger LOG = LoggerFactory.getLogger(ExecutorNatives.class);

    /** More than what a full disk still gives to small files. */
    private static final int PROBE = 1 << 20;

    private static boolean prepared;

    private ExecutorNatives() {}

    /**
     * To be called before anything native: switches Deeplearning4j's kernels on, and on executors has JavaCPP unpack natives
     * into a folder of this process alone, because several at once on one machine would race for the common one. The folder
     * goes with the process; a user who sets the property keeps his own, unless it cannot be written.
     *
     * @throws JobException exit code 75 if natives cannot be unpacked anywhere
     */
    static synchronized void prepare() {
        if (!prepared) {
            SparkEnv environment = SparkEnv.get();
            boolean executor = environment != null && !environment.executorId().equals("driver");
            String named = System.getProperty(CACHE);
            if (named != null) {
                keepOrReplace(named);
            } else if (executor) {
                ownFolder();
            } else {
                checkCommonFolder();
            }
            prepared = true;
        }
        NativeAcceleration.enable();
    }

    /** JavaCPP would take the common folder in silence, where processes race. */
    private static void keepOrReplace(String named) {
        try {
            Path folder = Files.createDirectories(Path.of(named));
            Path probe = Files.createTempFile(folder, "halfspace", ".probe");
            try {
                Files.write(probe, new byte[PROBE]);
            } finally {
                Files.delete(probe);
            }
        } catch (IOException | InvalidPathException e) {
            ownFolder();
            LOG.warn(
                    "Native libraries are unpacked into {}, because {} cannot be used: {}",
                    System.getProperty(CACHE),
                    named,
                    Remedy.reason(e));
        }
    }

    private static void ownFolder() {
        try {
            Path folder = Files.createTempDirectory("halfspace-natives-");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            System.setProperty(CACHE, folder.toString());
        } catch (IOException e) {
            throw unusable(System.getProperty("java.io.tmpdir"), e);
        }
    }

    /** The folder of the user's, or what JavaCPP takes in its place. */
    private static void checkCommonFolder() {
        try {
            Loader.getCacheDir();
        } catch (IOException e) {
            throw unusable("the user's home and " + System.getProperty("java.io.tmpdir"), e);
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
