package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RemedyTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "No space left on device | free space there",
                "The DiskSpace quota of /runs is exceeded | free space there",
                "File /x could only be written to 0 of the 1 minReplication nodes | data nodes",
                "/x (Read-only file system) | make it writable",
                "AccessControlException: Permission denied: user=a | make it writable",
                "OutOfMemoryError: Java heap space | more memory",
                "UnsatisfiedLinkError: libx.so | -Dorg.bytedeco.javacpp.cachedir",
            })
    void whatTheSystemSays_hasACure(String message, String cure) {
        assertThat(Remedy.of(message)).contains(cure).endsWith("the same command goes on from the last checkpoint");
    }

    @Test
    void anythingElse_isOnlyTriedAgain() {
        assertThat(Remedy.of("boom")).isEqualTo("the same command goes on from the last checkpoint");
        assertThat(Remedy.cure(null)).isEmpty();
    }

    @Test
    void reasonsOfFileSystems_areClauses() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));

        assertThat(catchReason(() -> Files.createDirectories(file))).isEqualTo("it is a file, expected a folder");
        assertThat(catchReason(() -> Files.createDirectories(file.resolve("x"))))
                .isEqualTo("Not a directory");
    }

    /** Something that fails. */
    private interface Work {
        Object run() throws Exception;
    }

    private static String catchReason(Work work) {
        try {
            throw new AssertionError("did not fail: " + work.run());
        } catch (Exception e) {
            return Remedy.reason(e);
        }
    }
}
