package io.halfspace.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder that a run writes, on any Hadoop file system.
 *
 * <p>{@code job.yaml} comes first and tells whose folder it is; {@code result.json} comes last: a folder without it holds no
 * finished run. A file is written under another name and renamed when complete, so that nothing half-written carries its
 * final name; checkpoints need no renaming, see {@link CheckpointStore}.
 */
final class RunFolder {
    static final String JOB = "job.yaml";
    static final String RESULT = "result.json";
    static final String MODEL = "model.zip";
    private static final String CHECKPOINTS = "checkpoints";
    private static final int LARGEST_TEXT = 64 << 20;

    private final FileSystem files;
    private final Path folder;
    private Optional<RunLock> taken = Optional.empty();

    private RunFolder(FileSystem files, Path folder) {
        this.files = files;
        this.folder = folder;
    }

    /** Something that writes one file. */
    interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Claims a folder for a run, making it if needed: an empty one, or that of an earlier attempt at the same run.
     *
     * @param job the whole configuration as YAML
     * @throws JobException exit code 2 if it holds another run, or cannot be written
     */
    static RunFolder claim(String location, String job, ResumePolicy policy, Configuration hadoop) {
        try {
            Path path = new Path(location);
            FileSystem files = open(path, hadoop);
            if (files.exists(path) && files.getFileStatus(path).isFile()) {
                throw new JobException(
                        ExitCode.CONFIGURATION,
                        "Cannot write to '%s': it is a file, expected a folder".formatted(location));
            }
            if (!files.mkdirs(path)) {
                throw new JobException(
                        ExitCode.CONFIGURATION,
                        "Cannot write to '%s': the folder cannot be made (read-only, or not permitted), name a folder that can be written"
                                .formatted(location));
            }
            // That a folder is there does not tell that it can be written: better known now than after the first epoch.
            Path probe = new Path(path, ".writable");
            files.create(probe, true).close();
            files.delete(probe, false);
            RunFolder run = new RunFolder(files, files.makeQualified(path));
            run.claim(location, job, policy);
            return run;
        } catch (IOException | IllegalArgumentException e) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot write to '%s': %s, name a folder that can be written"
                            .formatted(location, Failures.firstLine(e)),
                    e);
        }
    }

    /** A file system of our own: Hadoop closes the shared one when the process is asked to end, before the last checkpoint. */
    private static FileSystem open(Path path, Configuration hadoop) throws IOException {
        Configuration ours = new Configuration(hadoop);
        ours.setBoolean("fs.automatic.close", false);
        FileSystem files = FileSystem.newInstance(
                path.toUri().getScheme() == null ? FileSystem.getDefaultUri(ours) : path.toUri(), ours);
        // Checksums of local files lie in files beside them, and a driver that is killed between the two leaves a good
        // file
        // that cannot be read. Checkpoints have better ones.
        files.setWriteChecksum(false);
        files.setVerifyChecksum(false);
        return files;
    }

    private void claim(String location, String job, ResumePolicy policy) throws IOException {
        Optional<String> before = text(JOB);
        if (before.isPresent()) {
            policy.check(location, before.get(), job);
            return;
        }
        for (FileStatus status : files.listStatus(folder)) {
            String name = status.getPath().getName();
            if (!name.startsWith(".")) {
                throw new JobException(
                        ExitCode.CONFIGURATION,
                        "Cannot write to '%s': it already holds something else (found %s), name an empty or new folder"
                                .formatted(location, name));
            }
        }
        write(JOB, job);
    }

    /** The report of a run that succeeded here before; empty if none has. */
    Optional<RunReport> finished() {
        return text(RESULT)
                .map(RunReport::read)
                .filter(report -> report.text("status").equals(RunReport.SUCCEEDED));
    }

    /** Checkpoints of one of the trainings of the run. */
    CheckpointStore checkpoints(String title, int kept, Consumer<String> warning) {
        return new CheckpointStore(files, new Path(folder, CHECKPOINTS + "/" + title), kept, warning);
    }

    /**
     * Takes the run for this driver; from now on it writes and deletes here only while it has it.
     *
     * @throws JobException exit code 75 if another driver has it and lives
     */
    RunLock take() {
        RunLock lock = new RunLock(files, folder).take();
        taken = Optional.of(lock);
        return lock;
    }

    /** Writes one file whole, replacing what has its name; returns its size in bytes. */
    long write(String name, Content content) {
        taken.ifPresent(RunLock::require);
        Path target = new Path(folder, name);
        Path beside = new Path(target.getParent(), "." + target.getName() + ".writing");
        try {
            try (OutputStream out = files.create(beside, true)) {
                content.writeTo(out);
            } catch (FSError e) {
                throw Remedy.failure(e);
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
            dropFailed(beside, e);
            throw new JobException(
                    ExitCode.TRY_AGAIN,
                    "Cannot write '%s': %s; %s".formatted(target, Failures.firstLine(e), Remedy.of(e.getMessage())),
                    e);
        }
    }

    /** What is left of a file that could not be written takes room that a full disk does not have. */
    private void dropFailed(Path beside, IOException failure) {
        try {
            files.delete(beside, false);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    void write(String name, String text) {
        write(name, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Names of the files in a folder of the run, {@code FOLDER/FILE}, in order; none if there is no such folder. */
    List<String> list(String name) {
        try {
            List<String> names = new ArrayList<>();
            for (FileStatus status : files.listStatus(new Path(folder, name))) {
                String file = status.getPath().getName();
                if (!file.startsWith(".")) {
                    names.add(name + "/" + file);
                }
            }
            names.sort(Comparator.naturalOrder());
            return names;
        } catch (FileNotFoundException e) {
            return List.of();
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    /** Copies a file of the run into a stream. */
    void copy(String name, OutputStream out) {
        try (InputStream in = files.open(new Path(folder, name))) {
            in.transferTo(out);
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    /** Deletes a file or folder of the run, if it is there. */
    void delete(String name) {
        taken.ifPresent(RunLock::require);
        try {
            files.delete(new Path(folder, name), true);
        } catch (IOException e) {
            throw new JobException(
                    ExitCode.TRY_AGAIN, "Cannot delete '%s': %s".formatted(location(name), Failures.firstLine(e)), e);
        }
    }

    /** A file of the run as text; empty if there is none of that name. */
    Optional<String> text(String name) {
        Path file = new Path(folder, name);
        try (InputStream in = files.open(file)) {
            return Optional.of(new String(in.readNBytes(LARGEST_TEXT), StandardCharsets.UTF_8));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw unreadable(name, e);
        }
    }

    private JobException unreadable(String name, IOException cause) {
        return new JobException(
                ExitCode.TRY_AGAIN, "Cannot read '%s': %s".formatted(location(name), Failures.firstLine(cause)), cause);
    }

    /** The last part of its location, which tells runs apart in logs. */
    String name() {
        return folder.getName();
    }

    String location(String name) {
        return new Path(folder, name).toString();
    }

    @Override
    public String toString() {
        return "file".equals(folder.toUri().getScheme()) ? folder.toUri().getPath() : folder.toString();
    }
}
