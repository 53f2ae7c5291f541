package io.halfspace.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Keeps two drivers from writing the same run: a file that names the driver and counts up while it lives.
 *
 * <p>A second driver waits whether the count goes on: if so it stops, if not it takes over. No clock is compared, so that
 * clocks may differ and jump. The first driver, should it come back to life, sees at its next beat that the run is
 * another's, and stops. A driver that died on this very machine is known to be dead without waiting.
 */
final class RunLock implements AutoCloseable {
    private static final String NAME = ".driver";
    private static final long BEAT_SECONDS = 4;
    private static final long DEAD_AFTER_SECONDS = 14;
    private static final int LARGEST = 1 << 16;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final FileSystem files;
    private final Path file;
    private final String owner = UUID.randomUUID().toString();
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread created = new Thread(task, "halfspace-lock");
        created.setDaemon(true);
        return created;
    });
    private long beat;
    private volatile boolean lost;

    RunLock(FileSystem files, Path folder) {
        this.files = files;
        file = new Path(folder, NAME);
    }

    /**
     * Takes the run, waiting if another driver may still have it.
     *
     * @throws JobException exit code 75 if another driver has it and lives
     */
    RunLock take() {
        try {
            Optional<JsonNode> before = read();
            if (before.isPresent() && !isDeadHere(before.get())) {
                TimeUnit.SECONDS.sleep(DEAD_AFTER_SECONDS);
                Optional<JsonNode> now = read();
                if (now.isPresent() && !now.equals(before)) {
                    throw takenBy(now.get().isMissingNode() ? before.get() : now.get());
                }
            }
            write();
            beats.scheduleWithFixedDelay(this::beat, BEAT_SECONDS, BEAT_SECONDS, TimeUnit.SECONDS);
            return this;
        } catch (IOException e) {
            throw new JobException(
                    ExitCode.TRY_AGAIN,
                    "Cannot take the run: %s; %s".formatted(Failures.firstLine(e), Remedy.of(e.getMessage())),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobException(ExitCode.TRY_AGAIN, "Cannot take the run: interrupted while waiting for it", e);
        }
    }

    /**
     * Makes sure that the run is still this driver's; one that was frozen for a while learns it here. Cost: reads the file.
     *
     * @throws JobException exit code 75 if another driver has taken it over
     */
    void require() {
        try {
            look();
        } catch (IOException e) {
            // Whatever is done next on this file system fails too, and says why.
        }
        if (lost) {
            throw new JobException(
                    ExitCode.TRY_AGAIN,
                    "Cannot go on with the run: another driver has taken it over, because this one did not answer for %d seconds"
                            .formatted(DEAD_AFTER_SECONDS));
        }
    }

    @Override
    public void close() {
        beats.shutdownNow();
        try {
            if (!lost && read().filter(this::isOurs).isPresent()) {
                files.delete(file, false);
            }
        } catch (IOException e) {
            // Whoever comes next finds a count that has stopped.
        }
    }

    private void beat() {
        try {
            look();
            if (lost) {
                beats.shutdown();
            } else {
                write();
            }
        } catch (IOException e) {
            // A file system that fails for a moment: the next beat tells whether the run is still ours.
        }
    }

    private void look() throws IOException {
        lost = lost || read().filter(this::isOurs).isEmpty();
    }

    /** A file without content is ours: it is being written, or the disk was full when it should have been. */
    private boolean isOurs(JsonNode lock) {
        return lock.isMissingNode() || lock.path("owner").asText().equals(owner);
    }

    /** Whether the driver ran on this machine and its process is gone. */
    private static boolean isDeadHere(JsonNode lock) {
        return lock.path("host").asText().equals(host())
                && ProcessHandle.of(lock.path("pid").asLong(-1))
                        .filter(ProcessHandle::isAlive)
                        .isEmpty();
    }

    private Optional<JsonNode> read() throws IOException {
        try (InputStream in = files.open(file)) {
            byte[] content = in.readNBytes(LARGEST);
            return Optional.of(JSON.readTree(content));
        } catch (FileNotFoundException e) {
            return Optional.empty();
        }
    }

    private void write() throws IOException {
        byte[] content = JSON.createObjectNode()
                .put("owner", owner)
                .put("host", host())
                .put("pid", ProcessHandle.current().pid())
                .put("beat", beat++)
                .toString()
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        try (OutputStream out = files.create(file, true)) {
            out.write(content);
        } catch (FSError e) {
            throw Remedy.failure(e);
        }
    }

    private static JobException takenBy(JsonNode lock) {
        return new JobException(
                ExitCode.TRY_AGAIN,
                "Cannot take the run: another driver is at work on it (process %s on %s); wait for it, or stop it"
                        .formatted(lock.path("pid").asText(), lock.path("host").asText()));
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (IOException e) {
            return "unknown";
        }
    }
}
