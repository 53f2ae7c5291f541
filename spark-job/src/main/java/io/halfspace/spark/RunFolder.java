package io.halfspace.spark;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder that a run writes, on any Hadoop file system.
 *
 * <p>A file is written under another name and renamed when complete, so that nothing half-written carries its final name.
 * {@code result.json} comes last: a folder without it holds no finished run.
 */
final class RunFolder {
    static final String RESULT = "result.json";
    static final String MODEL = "model.zip";
    private static final String CHECKPOINTS = "checkpoints";
    private static final int CHECKPOINTS_KEPT = 2;

    private final FileSystem files;
    private final Path folder;

    private RunFolder(FileSystem files, Path folder) {
        this.files = files;
        this.folder = folder;
    }

    /** Something that writes one file. */
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Claims a folder for a run, making it if needed.
     *
     * @throws JobException if it holds another run, or cannot be written
     */
    static RunFolder claim(String location, Configuration hadoop) {
        try {
            Path path = new Path(location);
            FileSystem files = path.getFileSystem(hadoop);
            if (files.exists(path)) {
                if (files.getFileStatus(path).isFile()) {
                    throw new JobException(
                            ExitCode.CONFIGURATION,
                            "Cannot write to '%s': it is a file, expected a folder".formatted(location));
                }
                FileStatus[] content = files.listStatus(path);
                if (content.length > 0) {
                    throw new JobException(
                            ExitCode.CONFIGURATION,
                            "Cannot write to '%s': it already holds another run (found %s), name an empty or new folder"
                                    .formatted(location, content[0].getPath().getName()));
                }
            }
            if (!files.mkdirs(path)) {
                throw new JobException(
                        ExitCode.CONFIGURATION, "Cannot write to '%s': the folder cannot be made".formatted(location));
            }
            // That a folder is there does not tell that it can be written: better known now than after the first epoch.
            Path probe = new Path(path, ".writable");
            files.create(probe, true).close();
            files.delete(probe, false);
            return new RunFolder(files, files.makeQualified(path));
        } catch (IOException | IllegalArgumentException e) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot write to '%s': %s, name a folder that can be written".formatted(location, e.getMessage()),
                    e);
        }
    }

    /** Writes one file whole, replacing what has its name; returns its size in bytes. */
    long write(String name, Content content) {
        Path target = new Path(folder, name);
        Path beside = new Path(target.getParent(), "." + target.getName() + ".writing");
        try {
            try (OutputStream out = files.create(beside, true)) {
                content.writeTo(out);
            }
            long size = files.getFileStatus(beside).getLen();
            if (files.exists(target)) {
                files.delete(target, false);
            }
            if (!files.rename(beside, target)) {
                throw new IOException("rename failed");
            }
            return size;
        } catch (IOException e) {
            throw new JobException(ExitCode.TRY_AGAIN, "Cannot write '%s': %s".formatted(target, e.getMessage()), e);
        }
    }

    /** A file that is written while the run goes on; it gets its name when the stream is closed, even if the run failed. */
    OutputStream open(String name) {
        Path target = new Path(folder, name);
        Path beside = new Path(folder, "." + name + ".writing");
        try {
            return new BufferedOutputStream(files.create(beside, true)) {
                @Override
                public void close() throws IOException {
                    super.close();
                    if (files.exists(beside) && !files.rename(beside, target)) {
                        throw new IOException("rename failed");
                    }
                }
            };
        } catch (IOException e) {
            throw new JobException(ExitCode.TRY_AGAIN, "Cannot write '%s': %s".formatted(target, e.getMessage()), e);
        }
    }

    void write(String name, String text) {
        write(name, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Writes the network as it is after an epoch, and drops the checkpoints before the last two. Returns its location. */
    String checkpoint(int epoch, Content network) {
        String name = CHECKPOINTS + "/epoch-%05d.zip".formatted(epoch);
        write(name, network);
        Path old = new Path(folder, CHECKPOINTS + "/epoch-%05d.zip".formatted(epoch - CHECKPOINTS_KEPT));
        try {
            files.delete(old, false);
        } catch (IOException e) {
            throw new JobException(ExitCode.TRY_AGAIN, "Cannot delete '%s': %s".formatted(old, e.getMessage()), e);
        }
        return location(name);
    }

    String location(String name) {
        return new Path(folder, name).toString();
    }

    @Override
    public String toString() {
        return "file".equals(folder.toUri().getScheme()) ? folder.toUri().getPath() : folder.toString();
    }
}
