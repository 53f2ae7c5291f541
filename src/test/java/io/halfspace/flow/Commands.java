package io.halfspace.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.halfspace.spark.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A command line of Halfspace, run in this process as a user would run it.
 *
 * @param exitCode what it ended with
 * @param out what it printed
 * @param err what it complained about
 */
record Commands(int exitCode, String out, String err) {
    /** Root of the repository: tests run in {@code src/test}. */
    static final Path REPOSITORY = Path.of("../..").toAbsolutePath().normalize();

    static final Path DIGITS_JOB = REPOSITORY.resolve("examples/digits.yaml");

    static Commands run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream caughtOut = new ByteArrayOutputStream();
        ByteArrayOutputStream caughtErr = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(caughtOut, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(caughtErr, true, StandardCharsets.UTF_8));
            int code = Main.run(arguments);
            return new Commands(
                    code, caughtOut.toString(StandardCharsets.UTF_8), caughtErr.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    static JsonNode result(Path folder) throws IOException {
        return new ObjectMapper().readTree(Files.readString(folder.resolve("result.json")));
    }

    /** Steps of the newest checkpoint of a run that has its manifest, 0 if there is none. */
    static long checkpointed(Path folder) throws IOException {
        try (Stream<Path> places = Files.list(folder.resolve("checkpoints/compress"))) {
            return places.filter(place -> Files.exists(place.resolve("manifest")))
                    .map(place -> place.getFileName().toString())
                    .filter(name -> name.matches("\\d{12}-.*"))
                    .mapToLong(name -> Long.parseLong(name.substring(0, 12)))
                    .max()
                    .orElse(0);
        }
    }
}
