package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.halfspace.spark.CheckpointStore.Content;
import io.halfspace.spark.CheckpointStore.Stored;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without Hadoop's own checksums of local files, so that only the store's count. */
final class CheckpointStoreTest {
    @TempDir
    private Path folder;

    private final List<String> warnings = new ArrayList<>();
    private CheckpointStore store;

    @BeforeEach
    void open() throws IOException {
        FileSystem files = new RawLocalFileSystem();
        files.initialize(folder.toUri(), new Configuration());
        store = new CheckpointStore(files, new org.apache.hadoop.fs.Path(folder.toUri()), 2, warnings::add);
    }

    @Test
    void newest_isTheLastWritten() throws IOException {
        assertThat(store.newest()).isEmpty();
        write(7);
        write(123_456);

        Stored found = store.newest().orElseThrow();

        assertThat(found.step()).isEqualTo(123_456);
        assertThat(found.configuration()).isEqualTo("configuration");
        assertThat(text(found, "a.bin")).isEqualTo("a of 123456");
        assertThat(warnings).isEmpty();
        assertThatThrownBy(() -> found.open("other")).hasMessageContaining("found only [a.bin, b.bin]");
    }

    @Test
    void write_keepsTheLastTwoAndNothingOfAttemptsBefore() throws IOException {
        write(1);
        assertThatThrownBy(() -> store.write(2, "configuration", Map.of("a.bin", out -> {
                    out.write(1);
                    throw new IOException("disk full");
                })))
                .hasMessage("disk full");
        assertThat(store.newest().orElseThrow().step()).isEqualTo(1);
        write(3);
        write(4);

        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString().substring(0, 12)))
                    .containsExactlyInAnyOrder("000000000003", "000000000004");
        }
    }

    /** Every file, the manifest included: deleted, emptied, cut at every length, each of its bits flipped. */
    @Test
    void newest_neverUsesADamagedCheckpoint() throws IOException {
        write(1);
        write(2);
        int tried = 0;
        for (Path file : filesOf("000000000002")) {
            byte[] whole = Files.readAllBytes(file);
            Files.delete(file);
            assertPassedOver(file + " deleted");
            for (int length = 0; length < whole.length; length++) {
                Files.write(file, java.util.Arrays.copyOf(whole, length));
                assertPassedOver(file + " cut to " + length);
                tried++;
            }
            for (int bit = 0; bit < 8 * whole.length; bit++) {
                byte[] flipped = whole.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                Files.write(file, flipped);
                assertPassedOver(file + " with bit " + bit + " flipped");
                tried++;
            }
            Files.write(file, new byte[whole.length + 1]);
            assertPassedOver(file + " overwritten and longer");
            Files.write(file, whole);
            assertThat(store.newest().orElseThrow().step()).isEqualTo(2);
        }
        assertThat(tried).isGreaterThan(3_000);
    }

    @Test
    void newest_isEmptyWhereAllAreDamaged() throws IOException {
        write(1);
        for (Path file : filesOf("000000000001")) {
            Files.write(file, new byte[0]);
        }

        assertThat(store.newest()).isEmpty();
        assertThat(warnings).singleElement().asString().contains("manifest is incomplete or changed");
    }

    @Test
    void newest_passesOverFilesThatAreNoCheckpoints() throws IOException {
        write(5);
        Files.writeString(folder.resolve("000000000009-0badcafe"), "a file");
        Files.createDirectory(folder.resolve("zzz"));

        assertThat(store.newest().orElseThrow().step()).isEqualTo(5);
    }

    private void assertPassedOver(String damage) throws IOException {
        warnings.clear();
        assertThat(store.newest().orElseThrow().step()).as(damage).isEqualTo(1);
        assertThat(warnings).as(damage).hasSize(1);
    }

    private void write(long step) throws IOException {
        Content random = out -> {
            byte[] bytes = new byte[40];
            new Random(step).nextBytes(bytes);
            out.write(bytes);
        };
        store.write(
                step,
                "configuration",
                Map.of("a.bin", out -> out.write(("a of " + step).getBytes(StandardCharsets.UTF_8)), "b.bin", random));
    }

    private static String text(Stored stored, String name) throws IOException {
        try (InputStream in = stored.open(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private List<Path> filesOf(String step) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.getParent().getFileName().toString().startsWith(step)) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        found.sort(Comparator.naturalOrder());
        assertThat(found).hasSize(3);
        return found;
    }
}
