package io.halfspace.spark;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.FlatParameters;
import io.halfspace.dl4j.GradientEngine;
import io.halfspace.dl4j.NativeAcceleration;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A process that only computes gradients, on batches that it keeps: what {@link ScalingBenchmark} compares with. */
final class BareProcess implements AutoCloseable {
    private static final String READY = "ready";

    private final Process process;
    private final BufferedWriter requests;
    private final BufferedReader answers;

    private BareProcess(Process process) {
        this.process = process;
        requests = process.outputWriter(StandardCharsets.UTF_8);
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts one with the flags and the class path of this JVM, and waits until its engine is open. */
    static BareProcess start(ScalingBenchmark.Settings settings) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BareProcess.class.getName()));
        command.addAll(settings.given());
        try {
            BareProcess started = new BareProcess(new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start());
            started.expect();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start a bare process", e);
        }
    }

    /** Has all compute so many gradients each, at the same time; seconds until the last one is ready. */
    static double all(List<BareProcess> processes, int gradients) {
        long start = System.nanoTime();
        try {
            for (BareProcess each : processes) {
                each.requests.write(gradients + "\n");
                each.requests.flush();
            }
            for (BareProcess each : processes) {
                each.expect();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot ask a bare process", e);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** The same, but each waits for all others after every gradient. */
    static double inStep(List<BareProcess> processes, int gradients) {
        return IntStream.range(0, gradients)
                .mapToDouble(each -> all(processes, 1))
                .sum();
    }

    private void expect() throws IOException {
        String answer = answers.readLine();
        while (answer != null && !answer.equals(READY)) {
            answer = answers.readLine();
        }
        if (answer == null) {
            throw new IOException("a bare process ended");
        }
    }

    @Override
    public void close() {
        process.destroy();
    }

    public static void main(String[] arguments) throws IOException {
        ScalingBenchmark.Settings settings = ScalingBenchmark.Settings.of(arguments);
        NativeAcceleration.enable();
        ScalingBenchmark.Task network = new ScalingBenchmark.Task(settings);
        GradientRound.Task task = network.round(settings);
        Shard shard = ScalingBenchmark.shard(settings.number("shard"), task.shape());
        int rows = task.rowsPerShard();
        List<Batch> batches = IntStream.range(0, shard.rows() / rows)
                .mapToObj(step -> shard.minibatch(task.normalizer(), task.augmentation(), task.seed(), 0, step, rows))
                .map(each -> Batch.ofClasses(each.features(), task.shape(), each.labels(), task.classes()))
                .toList();
        try (GradientEngine engine = ExecutorEngines.open(task.engine(), 0, task.configurationJson());
                BufferedReader requests =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            engine.set(FlatParameters.of(network.network));
            System.out.println(READY);
            int done = 0;
            for (String request = requests.readLine(); request != null; request = requests.readLine()) {
                for (int end = done + Integer.parseInt(request); done < end; done++) {
                    engine.differentiate(batches.get(done % batches.size()), done);
                }
                System.out.println(READY);
            }
        }
    }
}
