package io.halfspace.spark;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkContext;

/** Files of any Hadoop file system, opened with the driver's Hadoop settings on driver and executors alike. */
final class Files implements Serializable {
    private static final int BUFFER = 1 << 17;

    private final byte[] settings;
    private transient Configuration configuration;

    Files(SparkContext context) {
        this(context.hadoopConfiguration());
    }

    Files(Configuration hadoop) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            hadoop.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        settings = bytes.toByteArray();
    }

    private Configuration configuration() throws IOException {
        if (configuration == null) {
            Configuration read = new Configuration(false);
            try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(settings))) {
                read.readFields(in);
            }
            configuration = read;
        }
        return configuration;
    }

    FileStatus status(String path) {
        try {
            Path parsed = new Path(path);
            return parsed.getFileSystem(configuration()).getFileStatus(parsed);
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(path, e);
        }
    }

    /** What lies in a folder, in the order of names, without hidden entries ({@code .x}, {@code _x}). */
    List<FileStatus> list(String folder) {
        try {
            Path parsed = new Path(folder);
            FileStatus[] found = parsed.getFileSystem(configuration()).listStatus(parsed);
            List<FileStatus> visible = new ArrayList<>();
            for (FileStatus status : found) {
                if (!hidden(status.getPath().getName())) {
                    visible.add(status);
                }
            }
            visible.sort((a, b) -> a.getPath().getName().compareTo(b.getPath().getName()));
            return visible;
        } catch (IOException | IllegalArgumentException e) {
            throw unreadable(folder, e);
        }
    }

    static boolean hidden(String name) {
        return name.startsWith(".") || name.startsWith("_");
    }

    static boolean compressed(String path) {
        String name = path.toLowerCase(Locale.ROOT);
        return name.endsWith(".gz") || name.endsWith(".tgz");
    }

    /** The content from an offset on; the caller closes it. */
    FSDataInputStream openAt(String path, long offset) {
        FSDataInputStream in = null;
        try {
            Path parsed = new Path(path);
            in = parsed.getFileSystem(configuration()).open(parsed, BUFFER);
            in.seek(offset);
            return in;
        } catch (IOException | IllegalArgumentException e) {
            close(in);
            throw unreadable(path, e);
        }
    }

    /** The content, unpacked where the name ends in {@code .gz} or {@code .tgz}; the caller closes it. */
    InputStream open(String path) {
        InputStream in = openAt(path, 0);
        try {
            in = new BufferedInputStream(in, BUFFER);
            // Reads files of several gzip members too, for which the JDK's stream relies on available(): object
            // stores answer 0 there, and the rest of the file would be lost.
            return compressed(path) ? new BufferedInputStream(new GzipCompressorInputStream(in, true), BUFFER) : in;
        } catch (IOException e) {
            close(in);
            throw unreadable(path, e);
        }
    }

    private static void close(InputStream in) {
        if (in != null) {
            try {
                in.close();
            } catch (IOException e) {
                // The fault that brought us here says more.
            }
        }
    }

    static JobException unreadable(String path, Exception cause) {
        if (cause instanceof FileNotFoundException) {
            return new JobException(
                    ExitCode.DATA, "Cannot read %s: found no such file or folder".formatted(path), cause);
        }
        return new JobException(
                ExitCode.DATA, "Cannot read %s: %s".formatted(path, firstLine(cause.getMessage(), cause)), cause);
    }

    private static String firstLine(String message, Exception cause) {
        return message == null || message.isBlank()
                ? cause.getClass().getSimpleName()
                : Arrays.asList(message.strip().split("\n", 2)).get(0);
    }
}
