package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SecretsTest {
    private static final String SECRET = "hunter/2";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "password=hunter/2",
                "data.train.token=hunter/2",
                "fs.s3a.secret.key=hunter/2",
                "fs.s3a.access.key=hunter/2",
                "aws_secret_access_key=hunter/2",
                "training={epochs: 2, api-key: hunter/2}",
                "data.train.path=s3a://key:hunter/2@bucket/rows.csv",
                "data.train.path='https://store/rows.csv?sig=hunter/2'",
                "output=ftp://me:hunter/2@host/runs",
                "layers={include: [\"s3a://key:hunter/2@bucket\"]}",
            })
    void settingThatIsOrHoldsASecret_isRefusedWithoutIt(String setting) throws Exception {
        Path job = Files.writeString(folder.resolve("job.yaml"), "name: a");

        assertThat(catchThrowable(() -> JobFile.read(job.toString(), List.of(setting), new Configuration())))
                .isInstanceOfSatisfying(
                        JobException.class, told -> assertThat(told.exitCode()).isEqualTo(ExitCode.CONFIGURATION))
                .hasMessageContaining("hadoop.security.credential.provider.path")
                .hasMessageNotContaining("hunter");
    }

    @Test
    void secretsOfAJobFile_areRefusedAllAtOnceWithoutThem() throws Exception {
        Path job = Files.writeString(folder.resolve("job.yaml"), """
                data: {train: {path: "s3a://id:hunter/2@bucket/x", password: hunter/2}}
                spark: {authenticate: {secret: hunter/2}}
                layers: {min-channels: {token_embedding: 8}}
                """);

        assertThatThrownBy(() -> JobFile.read(job.toString(), List.of(), new Configuration()))
                .hasMessageContaining(
                        "(data.train.path: s3a://*****@bucket/x, data.train.password, spark.authenticate.secret)")
                .hasMessageNotContaining("hunter");
    }

    @Test
    void namesOfLayersAndUsersWithoutPasswords_areNoSecrets() throws Exception {
        Path job = Files.writeString(folder.resolve("job.yaml"), """
                data: {train: {path: "abfss://container@account.dfs.core.windows.net/x"}}
                output: hdfs://namenode:8020/user/me@corp/runs
                layers: {min-channels: {token_embedding: 8}}
                """);

        assertThat(JobFile.read(job.toString(), List.of("layers.min-channels.token=4"), new Configuration())
                        .values())
                .containsKey("layers");
    }

    @Test
    void brokenYaml_isToldWithoutItsSecrets() {
        assertThatThrownBy(() -> JobFile.parse("job.yaml", "data:\n  password: hunter/2 : {\n"))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("no valid YAML")
                .hasMessageNotContaining("hunter");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET s3a://id:hunter/2@bucket/x: 403 | GET s3a://*****@bucket/x: 403",
                "spark.authenticate.secret=hunter/2, ok | spark.authenticate.secret=*****, ok",
                "{\"api_key\": \"hunter/2\", \"a\": 1} | {\"api_key\": *****, \"a\": 1}",
                "https://a/b?x=1&X-Amz-Signature=hunter/2 | https://a/b?x=1&X-Amz-Signature=*****",
                "spark://host:7077 does not answer | spark://host:7077 does not answer",
            })
    void whateverIsSaid_hidesSecrets(String said, String shown) {
        assertThat(new JobException(ExitCode.TRY_AGAIN, said)).hasMessage(shown);
    }

    @Test
    void wordsOfSparksOwnRedaction_countToo() {
        System.setProperty("spark.redaction.regex", "(?i)pin");
        try {
            assertThat(Secrets.known().hide("my.PIN=1234 secret=" + SECRET)).isEqualTo("my.PIN=***** secret=*****");
        } finally {
            System.clearProperty("spark.redaction.regex");
        }
    }

    @Test
    void textWithoutSecrets_staysAsItIs() {
        Map.of("loss", "0.3")
                .forEach((key, value) ->
                        assertThat(Secrets.known().hide(key + "=" + value)).isEqualTo(key + "=" + value));
    }
}
