package io.halfspace.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.Property;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a short run tells Spark's own sinks and the log, beside what it writes. */
final class RunEventsFlowTest {
    private static final String LOGGER = "io.halfspace.events";
    private static final String METRICS = "spark.metrics.conf.*.sink.";

    @TempDir
    private Path folder;

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AbstractAppender appender = new AbstractAppender("events", null, null, true, Property.EMPTY_ARRAY) {
        @Override
        public void append(LogEvent event) {
            lines.add(event.getLevel() + " " + event.getMessage().getFormattedMessage());
        }
    };
    private final Map<String, String> settings = new java.util.HashMap<>();

    @BeforeEach
    void listen() throws IOException {
        Logger logger = (Logger) LogManager.getLogger(LOGGER);
        logger.setLevel(Level.INFO);
        logger.setAdditive(false);
        appender.start();
        logger.addAppender(appender);
        settings.put("spark.metrics.namespace", "test");
        settings.put(METRICS + "csv.class", "org.apache.spark.metrics.sink.CsvSink");
        settings.put(
                METRICS + "csv.directory",
                Files.createDirectory(folder.resolve("csv")).toString());
        settings.put(METRICS + "prometheusServlet.class", "org.apache.spark.metrics.sink.PrometheusServlet");
        settings.put(METRICS + "prometheusServlet.path", "/metrics/prometheus");
        settings.put(METRICS + "jmx.class", "org.apache.spark.metrics.sink.JmxSink");
        settings.put("spark.ui.enabled", "true");
        settings.put("spark.ui.port", "0");
        settings.forEach(System::setProperty);
    }

    @AfterEach
    void forget() {
        settings.keySet().forEach(System::clearProperty);
        Logger logger = (Logger) LogManager.getLogger(LOGGER);
        logger.removeAppender(appender);
        logger.setLevel(Level.OFF);
    }

    @Test
    void metricsAndEvents_sayWhatTheRunWrote() throws Exception {
        Path run = folder.resolve("run");
        AtomicReference<String> scraped = new AtomicReference<>("");
        AtomicLong byJmx = new AtomicLong();
        Thread scraper = new Thread(() -> scrape(scraped, byJmx));
        scraper.setDaemon(true);
        scraper.start();

        Commands done = compress(run);

        scraper.interrupt();
        assertThat(done.exitCode()).as(done.err()).isZero();
        JsonNode result = Commands.result(run);
        List<String> stepLines = Files.readAllLines(run.resolve("steps.jsonl"));
        JsonNode lastStep = new ObjectMapper().readTree(stepLines.get(stepLines.size() - 1));
        List<JsonNode> epochs =
                StreamSupport.stream(result.at("/history").spliterator(), false).toList();
        JsonNode lastEpoch = epochs.get(epochs.size() - 1);

        assertThat(metric("stepsTaken")).isEqualTo(stepLines.size());
        assertThat(metric("step")).isEqualTo(stepLines.size());
        assertThat(metric("stepsStanding")).as("all but the first of a stage").isGreaterThan(0.9 * stepLines.size());
        assertThat(metric("steps")).isEqualTo(stepLines.size());
        assertThat(metric("epochs")).isEqualTo(epochs.size());
        assertThat(metric("examples"))
                .isEqualTo(epochs.size() * result.at("/data/trainRows").asDouble());
        assertThat(metric("loss")).isEqualTo(lastStep.at("/loss").asDouble());
        assertThat(metric("learningRate"))
                .isEqualTo(lastStep.at("/learningRate").asDouble());
        assertThat(metric("phase")).isEqualTo(3);
        assertThat(metric("parameters")).isEqualTo(lastStep.at("/parameters").asDouble());
        assertThat(metric("groups")).isEqualTo(result.at("/groups/total").asDouble());
        assertThat(metric("groupsZero"))
                .isEqualTo(result.at("/groups/zero").asDouble())
                .isPositive();
        assertThat(metric("groupsZeroShare")).isEqualTo(metric("groupsZero") / metric("groups"));
        assertThat(metric("validationLoss"))
                .isEqualTo(lastEpoch.at("/validationLoss").asDouble());
        assertThat(metric("validationAccuracy"))
                .isEqualTo(lastEpoch.at("/validationAccuracy").asDouble());
        for (String part : List.of("round", "compute", "update", "solver")) {
            double told = epochs.stream()
                    .mapToDouble(epoch -> epoch.at("/" + part + "Seconds").asDouble())
                    .sum();
            assertThat(metric("time." + part + ".seconds"))
                    .as(part)
                    .isCloseTo(told, within(1e-6))
                    .isPositive();
            assertThat(metric("time." + part)).as(part).isEqualTo(stepLines.size());
        }
        assertThat(metric("time.evaluation")).isEqualTo(epochs.size());
        assertThat(metric("bytesReceived"))
                .as("a gradient a shard and step")
                .isGreaterThan(
                        4.0 * stepLines.size() * lastStep.at("/parameters").asDouble());
        assertThat(metric("tasksFailed") + metric("tasksRetried") + metric("executorsLost") + metric("batchesSkipped"))
                .isZero();
        assertThat(metric("running")).isZero();
        assertThat(scraped.get())
                .containsPattern("metrics_test_driver_halfspace_running_Value\\{[^}]*\\} 1\\b|"
                        + "metrics_test_driver_halfspace_running_Number\\{[^}]*\\} 1\\b")
                .contains("metrics_test_driver_halfspace_stepsTaken_Count");
        assertThat(byJmx).as("steps taken as JMX saw them").hasPositiveValue();

        List<String> kept = events("checkpoint");
        assertThat(metric("checkpoints")).isEqualTo(kept.size()).isEqualTo(epochs.size());
        assertThat(metric("checkpointBytes"))
                .isEqualTo(kept.stream()
                        .mapToDouble(line -> Double.parseDouble(value(line, "bytes")))
                        .sum());
        Path lastKept =
                Path.of(URI.create(value(kept.get(kept.size() - 1), "file")).getPath());
        assertThat(value(kept.get(kept.size() - 1), "bytes")).isEqualTo(String.valueOf(size(lastKept)));

        assertThat(lines)
                .allMatch(
                        line -> line.matches("INFO event=[a-z-]+ run=run (training=compress )?step=\\d+ phase=[a-z-]+("
                                + " [a-zA-Z0-9]+=(\\S+|\"[^\"]*\"))*"));
        assertThat(lines.stream().map(line -> value(line, "event")).distinct())
                .containsExactly(
                        "start",
                        "model",
                        "analysis",
                        "engine",
                        "data",
                        "stage",
                        "phase",
                        "epoch",
                        "checkpoint",
                        "finished");
        assertThat(events("epoch")).hasSize(epochs.size());
        assertThat(events("stage").stream().map(line -> value(line, "stage")))
                .containsExactly("warm-up", "prune", "compact");
        assertThat(events("phase").stream().map(line -> value(line, "phase")))
                .containsExactly("warm-up", "projecting", "closing", "frozen");
        assertThat(events("start").get(0)).contains(" seed=42 shards=4 ").contains(" folder=" + run + " ");
    }

    @Test
    void aRunThatFails_saysSoWithItsExitCode() {
        Commands failed = compress(folder.resolve("lost"), "data.train.path=none.csv");

        assertThat(failed.exitCode()).isEqualTo(3);
        assertThat(lines.get(lines.size() - 1))
                .startsWith("ERROR event=failed run=lost step=0 phase=setup exitCode=3 error=\"Cannot ")
                .contains("none.csv");
    }

    private static Commands compress(Path run, String... more) {
        List<String> arguments = new java.util.ArrayList<>(List.of(
                "compress",
                Commands.DIGITS_JOB.toString(),
                "--out",
                run.toString(),
                "--set",
                "training.epochs=6",
                "--set",
                "training.baseline=false",
                "--set",
                "spark.master=local[2]"));
        for (String setting : more) {
            arguments.addAll(List.of("--set", setting));
        }
        return Commands.run(arguments.toArray(String[]::new));
    }

    private List<String> events(String name) {
        return lines.stream().filter(line -> value(line, "event").equals(name)).toList();
    }

    /** Of a pair whose value has no quotes. */
    private static String value(String line, String key) {
        return line.replaceFirst("(^|.* )" + key + "=(\\S+).*", "$2");
    }

    /** The last value that the CSV sink wrote, in its second column. */
    private double metric(String name) throws IOException {
        Path file = folder.resolve("csv").resolve("test.driver.halfspace." + name + ".csv");
        List<String> rows = Files.readAllLines(file);
        return Double.parseDouble(rows.get(rows.size() - 1).split(",")[1]);
    }

    private static long size(Path checkpoint) throws IOException {
        try (Stream<Path> files = Files.list(checkpoint)) {
            return files.filter(file -> !file.endsWith("manifest"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    /** Reads the Prometheus page of the running Spark until steps have been taken, and how many these are by JMX. */
    private static void scrape(AtomicReference<String> scraped, AtomicLong byJmx) {
        HttpClient client = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        while (!Thread.currentThread().isInterrupted()
                && !scraped.get().matches("(?s).*halfspace_stepsTaken_Count\\{[^}]*\\} [1-9].*")) {
            try {
                Thread.sleep(50);
                if (SparkSession.getDefaultSession().isDefined()) {
                    String page = SparkSession.getDefaultSession()
                            .get()
                            .sparkContext()
                            .uiWebUrl()
                            .get();
                    HttpRequest request = HttpRequest.newBuilder(URI.create(page + "/metrics/prometheus"))
                            .build();
                    scraped.set(client.send(request, HttpResponse.BodyHandlers.ofString())
                            .body());
                    byJmx.set((long) ManagementFactory.getPlatformMBeanServer()
                            .getAttribute(
                                    new ObjectName("metrics:name=test.driver.halfspace.stepsTaken,type=counters"),
                                    "Count"));
                }
            } catch (IOException | JMException | RuntimeException e) {
                // Spark is not there yet, or not any more.
            } catch (InterruptedException e) {
                return;
            }
        }
    }
}
