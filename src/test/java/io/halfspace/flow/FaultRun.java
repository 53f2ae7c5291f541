package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One run of {@link SmallJob} that something happens to: its driver and its two executors are processes of their own, its
 * data, checkpoints and results lie on HDFS.
 */
final class FaultRun implements AutoCloseable {
    static final String MASTER = "local-cluster[2,1,1024]";

    private final Hdfs hdfs = Hdfs.get();
    private final String mode;
    private final int epochs;
    private final org.apache.hadoop.fs.Path folder;
    private final Path local;
    private final Map<String, String> settings = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final List<String> flags = new ArrayList<>(Hdfs.CLIENT);
    private final List<Process> drivers = new ArrayList<>();
    private String executorFlags = "-XX:TieredStopAtLevel=1";

    FaultRun(String name, String mode, int epochs) throws IOException {
        this.mode = mode;
        this.epochs = epochs;
        folder = hdfs.newFolder(name);
        local = Files.createTempDirectory("halfspace-faults-");
        environment.put("HADOOP_USER_NAME", Hdfs.USER);
        settings.put("spark.master", MASTER);
        settings.put("data.train.path", hdfs.digits());
        settings.put("checkpoint.every", "4 steps");
        spark(
                "spark.executor.extraClassPath",
                ShippedJars.FOLDER + "/halfspace.jar:" + ShippedJars.FOLDER + "/lib/*:"
                        + Commands.REPOSITORY.resolve("src/test/target/test-classes"));
        spark(FaultyExecutor.FOLDER, local.toString());
        spark("spark.extraListeners", Witness.class.getName());
        // What an executor unpacks stays behind when it is killed.
        executorFlag("-Djava.io.tmpdir=" + local);
    }

    Hdfs hdfs() {
        return hdfs;
    }

    org.apache.hadoop.fs.Path folder() {
        return folder;
    }

    /** Sets a key of the job. */
    FaultRun set(String key, String value) {
        settings.put(key, value);
        return this;
    }

    /** Sets a key of Spark. */
    FaultRun spark(String key, String value) {
        return driverFlag("-D%s=%s".formatted(key, value));
    }

    FaultRun driverFlag(String flag) {
        flags.add(flag);
        return this;
    }

    FaultRun executorFlag(String flag) {
        executorFlags += " " + flag;
        return this;
    }

    FaultRun environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** A file of this test alone, on this machine. */
    Path local(String name) {
        return local.resolve(name);
    }

    /**
     * Makes executors fail.
     *
     * @param kind how
     * @param inside simple name of a class of the job: what the task computes at that time
     * @param after so many such tasks of an executor go well
     * @param times over the whole run
     * @param millis how long it waits
     */
    FaultRun faulty(FaultyExecutor.Kind kind, String inside, int after, int times, long millis) {
        return spark("spark.plugins", FaultyExecutor.class.getName())
                .spark(FaultyExecutor.KIND, kind.name())
                .spark(FaultyExecutor.INSIDE, "io.halfspace.spark." + inside)
                .spark(FaultyExecutor.AFTER, Integer.toString(after))
                .spark(FaultyExecutor.TIMES, Integer.toString(times))
                .spark(FaultyExecutor.MILLIS, Long.toString(millis));
    }

    /** Starts a driver: the same command each time. */
    Process start() throws IOException {
        List<String> all = new ArrayList<>(flags);
        all.add("-Dspark.executor.extraJavaOptions=" + executorFlags);
        List<String> arguments = SmallJob.arguments(mode, epochs, folder.toString());
        settings.forEach((key, value) -> SmallJob.set(arguments, key, value));
        Process driver = Drivers.start(output(), all, environment, arguments);
        drivers.add(driver);
        return driver;
    }

    /** Waits until a driver ends by itself; it must end with this code. */
    void ends(Process driver, int code) throws IOException, InterruptedException {
        assertThat(Drivers.end(driver, output())).as(printed()).isEqualTo(code);
    }

    /** Starts a driver, which must end with this code. */
    void ends(int code) throws IOException, InterruptedException {
        ends(start(), code);
    }

    /** Waits until checkpoints of so many steps lie there; the driver must not end before. */
    void awaitSteps(Process driver, long steps) throws Exception {
        await(driver, "step " + steps, () -> hdfs.checkpointed(folder) >= steps);
    }

    /** Waits for something while a driver is at work. */
    void await(Process driver, String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(10);
        while (!condition.call()) {
            assertThat(driver.isAlive())
                    .as("driver ended before %s: %s", what, printed())
                    .isTrue();
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("no %s: %s".formatted(what, printed()));
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    /** The run is over, and ended with the bits of one that nothing happened to. */
    void hasTheRightBits() throws IOException {
        hasTheBitsOf(SmallJob.reference(mode, epochs));
    }

    /** What the run has ended with. */
    SmallJob.Reference result() throws IOException {
        return new SmallJob.Reference(
                hdfs.read(new org.apache.hadoop.fs.Path(folder, "model.zip")), text("steps.jsonl"));
    }

    /** The run is over, and ended with these bits. */
    void hasTheBitsOf(SmallJob.Reference reference) throws IOException {
        assertThat(hdfs.read(new org.apache.hadoop.fs.Path(folder, "model.zip")))
                .isEqualTo(reference.model());
        assertThat(text("steps.jsonl")).isEqualTo(reference.steps());
        assertThat(text("result.json")).contains("\"succeeded\"");
    }

    /** The attempt that finished the run went on from a checkpoint. */
    void wentOn() throws IOException {
        assertThat(new ObjectMapper().readTree(text("result.json")).at("/resumed"))
                .isNotEmpty();
    }

    /** Content of one of the run's files. */
    String text(String name) throws IOException {
        return new String(hdfs.read(new org.apache.hadoop.fs.Path(folder, name)), StandardCharsets.UTF_8);
    }

    /** How often Spark saw something: a word of {@link Witness}. */
    long seen(String event) throws IOException {
        Path events = local(Witness.EVENTS);
        return Files.exists(events)
                ? Files.readAllLines(events).stream().filter(event::equals).count()
                : 0;
    }

    /** All that the drivers printed. */
    String printed() throws IOException {
        return Files.exists(output()) ? Files.readString(output()) : "";
    }

    private Path output() {
        return local("driver.log");
    }

    @Override
    public void close() {
        drivers.forEach(driver -> {
            driver.descendants().forEach(ProcessHandle::destroyForcibly);
            driver.destroyForcibly();
        });
        org.apache.hadoop.fs.FileUtil.fullyDelete(local.toFile());
    }
}
