package io.halfspace.flow;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** While open, executor processes get what the package phase laid out, as on a real cluster, and the given Spark settings. */
final class ShippedJars implements AutoCloseable {
    static final Path FOLDER = Commands.REPOSITORY.resolve("spark-job/target/halfspace");

    private final Map<String, String> settings = new LinkedHashMap<>();

    ShippedJars() {
        set("spark.executor.extraClassPath", FOLDER + "/halfspace.jar:" + FOLDER + "/lib/*");
    }

    /** Sets a key of Spark until closed. */
    ShippedJars set(String key, String value) {
        settings.put(key, value);
        System.setProperty(key, value);
        return this;
    }

    @Override
    public void close() {
        settings.keySet().forEach(System::clearProperty);
    }
}
