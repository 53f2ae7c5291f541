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
        assertThat(claim(parent.resolve("a/b").toString())).hasToString(parent + "/a/b");
        assertThat(claim(Files.createDirectory(parent.resolve("c")).toString())).isNotNull();
    }

    @Test
    void folderOfAnotherRun_isRefusedAndLeftAsItIs() throws Exception {
        Files.writeString(parent.resolve("result.json"), "{}");

        assertThatThrownBy(() -> claim(parent.toString()))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("it already holds something else (found result.json)");
        assertThat(parent.resolve("result.json")).hasContent("{}");
    }

    @Test
    void file_isRefused() throws Exception {
        Path file = Files.createFile(parent.resolve("file"));

        assertThatThrownBy(() -> claim(file.toString())).hasMessageContaining("it is a file, expected a folder");
    }

    @Test
    void folderThatCannotBeWritten_isRefusedBeforeAnythingIsTrained() throws Exception {
        Path locked = Files.createDirectory(parent.resolve("locked"));
        assumeThat(locked.toFile().setWritable(false) && !Files.isWritable(locked))
                .as("not run as a user who may write everywhere")
                .isTrue();

        assertThatThrownBy(() -> claim(locked.toString()))
                .hasMessageContaining("name a folder that can be written")
                .asInstanceOf(type(JobException.class))
                .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIGURATION));
    }

    @Test
    void locationThatIsNone_isAConfigurationFault() {
        assertThatThrownBy(() -> claim("a:b"))
                .asInstanceOf(type(JobException.class))
                .satisfies(e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFIGURATION));
    }

    @Test
    void writingThatFails_leavesWhatWasThere() {
        RunFolder folder = claim(parent.resolve("run").toString());
        folder.write("result.json", "whole");

        assertThatThrownBy(() -> folder.write("result.json", out -> {
                    out.write('h');
                    throw new IOException("disk full");
                }))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("disk full");
        assertThat(parent.resolve("run/result.json")).hasContent("whole");
        assertThat(parent.resolve("run/.result.json.writing"))
                .as("what a full disk has no room for")
                .doesNotExist();
    }

    @Test
    void folderOfTheSameRun_isClaimedAgain_unlessItsConfigurationDiffers() {
        String location = parent.resolve("run").toString();
        RunFolder.claim(location, "name: a\nspark: {master: local, shards: 4}", ResumePolicy.AUTO, new Configuration());

        RunFolder.claim(location, "name: b\nspark: {shards: 4, master: yarn}", ResumePolicy.AUTO, new Configuration());
        assertThatThrownBy(() -> RunFolder.claim(
                        location,
                        "name: a\nspark: {shards: 8}\nsolver: {lambda: 3}",
                        ResumePolicy.AUTO,
                        new Configuration()))
                .hasMessageContaining("solver.lambda: was not set, is 3 (--resume force would allow it)")
                .hasMessageContaining("spark.shards: was 4, is 8")
                .hasMessageNotContaining("master");
        RunFolder.claim(location, "spark: {shards: 4}\nsolver: {lambda: 3}", ResumePolicy.FORCE, new Configuration());
        assertThatThrownBy(
                        () -> RunFolder.claim(location, "spark: {shards: 4}", ResumePolicy.NEVER, new Configuration()))
                .hasMessageContaining("--resume is never");
    }

    private static RunFolder claim(String location) {
        return RunFolder.claim(location, "name: run", ResumePolicy.AUTO, new Configuration());
    }
}
