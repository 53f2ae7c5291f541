package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StepLogTest {
    @TempDir
    private Path parent;

    @Test
    void anAttemptAfterTheLastStep_writesTheSameLog_untilThePartsAreDiscarded() {
        RunFolder folder = RunFolder.claim(
                parent.resolve("run").toString(), "name: x\n", ResumePolicy.AUTO, new Configuration(false));
        folder.write("steps/000000000004.jsonl", "{\"step\":1}\n{\"step\":2}\n");
        folder.write("steps/000000000008.jsonl", "{\"step\":3}\n");

        for (int attempt = 0; attempt < 2; attempt++) {
            StepLog log = new StepLog(folder);
            log.goOn(8, 0);
            log.finish();

            assertThat(parent.resolve("run/steps.jsonl")).hasContent("{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n");
        }
        new StepLog(folder).discardParts();

        assertThat(parent.resolve("run/steps")).doesNotExist();
        assertThat(parent.resolve("run/steps.jsonl")).isNotEmptyFile();
    }
}
