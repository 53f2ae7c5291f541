package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RunFolderTest {
    @TempDir
    private Path parent;

    @Test
    void newOrEmptyFolder_isClaimed() throws Exception {
        assertThat(RunFolder.claim(parent.resolve("a/b").toString(), new Configuration()))
                .hasToString(parent + "/a/b");
        assertThat(RunFolder.claim(Files.createDirectory(parent.resolve("c")).toString(), new Configuration()))
                .isNotNull();
    }

    @Test
    void folderOfAnotherRun_isRefusedAndLeftAsItIs() throws Exception {
        Files.writeString(parent.resolve("result.json"), "{}");

        assertThatThrownBy(() -> RunFolder.claim(parent.toString(), new Configuration()))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("it already holds another run (found result.json)");
        assertThat(parent.resolve("result.json")).hasContent("{}");
    }

    @Test
    void file_isRefused() throws Exception {
        Path file = Files.createFile(parent.resolve("file"));

        assertThatThrownBy(() -> RunFolder.claim(file.toString(), new Configuration()))
                .hasMessageContaining("it is a file, expected a folder");
    }

    @Test
    void folderThatCannotBeWritten_isRefusedBeforeAnythingIsTrained() throws Exception {
        Path locked = Files.createDirectory(parent.resolve("locked"));
        assumeThat(locked.toFile().setWritable(false) && !Files.isWritable(locked))
                .as("not run as a user who may write everywhere")
                .isTrue();

        assertThatThrownBy(() -> RunFolder.claim(locked.toString(), new Configuration()))
                .hasMessageContaining("name a folder that can be written")
                .asInstanceOf(type(JobException.class))
                .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIGURATION));
    }

    @Test
    void locationThatIsNone_isAConfigurationFault() {
        assertThatThrownBy(() -> RunFolder.claim("a:b", new Configuration()))
                .asInstanceOf(type(JobException.class))
                .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIGURATION));
    }

    @Test
    void writingThatFails_leavesWhatWasThere() {
        RunFolder folder = RunFolder.claim(parent.resolve("run").toString(), new Configuration());
        folder.write("result.json", "whole");

        assertThatThrownBy(() -> folder.write("result.json", out -> {
                    out.write('h');
                    throw new IOException("disk full");
                }))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("disk full");
        assertThat(parent.resolve("run/result.json")).hasContent("whole");
    }

    @Test
    void checkpoints_keepTheLastTwo() throws Exception {
        RunFolder folder = RunFolder.claim(parent.resolve("run").toString(), new Configuration());
        for (int epoch = 1; epoch <= 4; epoch++) {
            folder.checkpoint(epoch, out -> out.write(1));
        }

        try (var files = Files.list(parent.resolve("run/checkpoints"))) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".zip")))
                    .containsExactlyInAnyOrder("epoch-00003.zip", "epoch-00004.zip");
        }
    }
}
