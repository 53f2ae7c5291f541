package io.halfspace.torch;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** PyTorch in a Python process beside this one, which runs the same networks on request. */
final class PyTorchProcess implements AutoCloseable {
    /** Names the Python executable. */
    static final String VARIABLE = "HALFSPACE_PYTHON";

    private static final String SCRIPT = "pytorch_benchmark.py";

    private final Path script;
    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;
    private final String version;

    private PyTorchProcess(String python) throws IOException {
        script = Files.createTempFile("pytorch", ".py");
        try (InputStream source = PyTorchProcess.class.getResourceAsStream(SCRIPT)) {
            Files.copy(source, script, StandardCopyOption.REPLACE_EXISTING);
        }
        ProcessBuilder builder = new ProcessBuilder(python, "-u", script.toString());
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        // PyTorch runs as it comes; deploy/environment.sh sets these for Halfspace.
        builder.environment().remove("GLIBC_TUNABLES");
        builder.environment().remove("GOMP_SPINCOUNT");
        process = builder.start();
        requests = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
        version = answers.readLine();
    }

    /** Starts PyTorch if {@value #VARIABLE} names a Python that has it; prints why not otherwise. */
    static Optional<PyTorchProcess> start() {
        String python = System.getenv(VARIABLE);
        if (python == null) {
            System.out.printf("PyTorch is left out: set %s to a python that imports torch%n", VARIABLE);
            return Optional.empty();
        }
        try {
            PyTorchProcess started = new PyTorchProcess(python);
            if (started.version == null) {
                System.out.printf("PyTorch is left out: '%s' does not import torch%n", python);
                started.close();
                return Optional.empty();
            }
            return Optional.of(started);
        } catch (IOException e) {
            System.out.printf("PyTorch is left out: %s%n", e.getMessage());
            return Optional.empty();
        }
    }

    /** Version, threads and device. */
    String version() {
        return version;
    }

    /** What one run took; NaN if PyTorch cannot do it. */
    Contender.Time time(String network, String operation, String device, Precision precision, int batch) {
        String answer = ask("%s %s %s %s %d"
                .formatted(network, operation, device, precision.name().toLowerCase(java.util.Locale.ROOT), batch));
        if (answer.startsWith("error")) {
            return new Contender.Time(Double.NaN, Double.NaN);
        }
        String[] millis = answer.split(" ");
        return new Contender.Time(Double.parseDouble(millis[0]), Double.parseDouble(millis[1]));
    }

    private String ask(String request) {
        try {
            requests.write(request);
            requests.newLine();
            requests.flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IOException("PyTorch's process ended");
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot ask PyTorch for '%s'".formatted(request), e);
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            Files.deleteIfExists(script);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot delete " + script, e);
        }
    }
}
