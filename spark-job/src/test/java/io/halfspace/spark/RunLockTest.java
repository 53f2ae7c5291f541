package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class RunLockTest {
    @TempDir
    private Path parent;

    @Test
    void aDriverAtWork_keepsTheRun() {
        try (RunLock first = folder().take()) {
            assertThatThrownBy(() -> folder().take())
                    .isInstanceOf(JobException.class)
                    .hasMessageContaining("another driver is at work on it");
            first.require();
        }
        folder().take().close();
        assertThat(parent.resolve("run/.driver")).doesNotExist();
    }

    @Test
    void aDriverThatDiedHere_isReplacedAtOnce() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        folder();
        Files.writeString(
                parent.resolve("run/.driver"),
                "{\"owner\": \"x\", \"host\": \"%s\", \"pid\": %d, \"beat\": 3}"
                        .formatted(InetAddress.getLocalHost().getHostName(), gone.pid()));

        long begun = System.nanoTime();
        folder().take().close();

        assertThat(System.nanoTime() - begun).as("nobody is waited for").isLessThan(10_000_000_000L);
    }

    @Test
    void aDriverElsewhere_isReplacedWhenItsCountStops_andNoticesWhenItComesBack() throws Exception {
        RunLock first = folder().take();
        Files.writeString(
                parent.resolve("run/.driver"), "{\"owner\": \"x\", \"host\": \"elsewhere\", \"pid\": 1, \"beat\": 3}");

        try (RunLock second = folder().take()) {
            second.require();
            assertThatThrownBy(first::require).hasMessageContaining("another driver has taken it over");
            first.close();
            assertThat(parent.resolve("run/.driver")).exists();
        }
    }

    @Test
    void aFullDisk_isNotTakenForAnotherDriver() throws Exception {
        try (RunLock lock = folder().take()) {
            Files.writeString(parent.resolve("run/.driver"), "");

            lock.require();
        }
    }

    @Test
    void aDriverWhoseRunIsAnothers_writesNothingMore() throws Exception {
        RunFolder first = folder();
        try (RunLock lock = first.take()) {
            Files.writeString(parent.resolve("run/result.json"), "theirs");
            Files.delete(parent.resolve("run/.driver"));

            assertThatThrownBy(() -> first.write("result.json", "mine"))
                    .hasMessageContaining("another driver has taken it over");
            assertThatThrownBy(() -> first.delete("result.json"))
                    .hasMessageContaining("another driver has taken it over");
            assertThatThrownBy(lock::require).isInstanceOf(JobException.class);
        }
        assertThat(parent.resolve("run/result.json")).hasContent("theirs");
    }

    private RunFolder folder() {
        return RunFolder.claim(parent.resolve("run").toString(), "name: run", ResumePolicy.AUTO, new Configuration());
    }
}
