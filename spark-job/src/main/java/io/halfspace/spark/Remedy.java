package io.halfspace.spark;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.fs.FSError;

/** What a person can do about something outside the job that failed, by what the system says of it. */
final class Remedy {
    private static final String GO_ON = "the same command goes on from the last checkpoint";

    private Remedy() {}

    /** A clause without a capital letter or a full stop, for any message of a system or library. */
    static String of(String message) {
        return cure(message).map(cure -> cure + "; " + GO_ON).orElse(GO_ON);
    }

    /** The same without that the run goes on; empty if there is nothing to say. */
    static Optional<String> cure(String message) {
        String said = String.valueOf(message).toLowerCase(Locale.ROOT);
        if (isFull(said)) {
            return Optional.of("free space there or name a place with more (spark.local.dir for what executors keep)");
        }
        if (said.contains("not able to place enough replicas") || said.contains("could only be written to 0 of")) {
            return Optional.of("see that the data nodes of that HDFS are up and have space, or name another place");
        }
        if (said.contains("read-only file system")
                || said.contains("permission denied")
                || said.contains("accessdenied")
                || said.contains("accesscontrolexception")) {
            return Optional.of("make it writable for the user of this process or name another place");
        }
        if (said.contains("outofmemoryerror") || said.contains("java heap space")) {
            return Optional.of(
                    "give executors more memory (spark.executor.memory, spark.executor.memoryOverhead) or use a smaller batch");
        }
        if (said.contains("unsatisfiedlinkerror") || said.contains("cannot open shared object file")) {
            return Optional.of(
                    "see that the folder into which native libraries are unpacked (-Dorg.bytedeco.javacpp.cachedir, else ~/.javacpp) has 600 MB free");
        }
        return Optional.empty();
    }

    /** The failure in what Hadoop's local file system throws instead, an error of the JVM's kind, when a disk is full. */
    static IOException failure(FSError thrown) {
        return thrown.getCause() instanceof IOException failure
                ? failure
                : new IOException(thrown.getMessage(), thrown);
    }

    /** What a failure of the file system says, a clause: Java's own exceptions put the reason behind, or into their class. */
    static String reason(Exception failure) {
        if (failure instanceof FileAlreadyExistsException) {
            return "it is a file, expected a folder";
        }
        if (failure instanceof FileSystemException file && file.getReason() != null) {
            return file.getReason();
        }
        return failure.getClass().getSimpleName() + ": " + Failures.firstLine(failure);
    }

    private static boolean isFull(String said) {
        return said.contains("no space left on device") || said.contains("not enough space") || said.contains("quota");
    }
}
