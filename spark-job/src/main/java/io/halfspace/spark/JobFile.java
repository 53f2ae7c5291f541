package io.halfspace.spark;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A job file as nested mappings: YAML 1.2 without types of its own, so that reading it can run nothing.
 *
 * @param name where it was read from, for messages
 * @param folder what relative paths in it are relative to
 * @param values its content
 */
record JobFile(String name, Path folder, Map<String, Object> values) {
    private static final int LARGEST_FILE = 1 << 20;

    /** Reads a job file through Hadoop's file systems and applies {@code key.path=value} settings to it. */
    static JobFile read(String location, List<String> settings, Configuration hadoop) {
        Secrets secrets = Secrets.known();
        secrets.refuseLocation("the command line", location);
        settings.forEach(secrets::refuseSetting);
        Path path;
        byte[] bytes;
        try {
            // Executors have other working folders: whatever is relative must be settled here.
            path = new Path(location);
            FileSystem files = path.getFileSystem(hadoop);
            path = files.makeQualified(path);
            try (InputStream in = files.open(path)) {
                bytes = in.readNBytes(LARGEST_FILE + 1);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw new JobException(
                    ExitCode.CONFIGURATION, "Cannot read job file '%s': %s".formatted(location, e.getMessage()), e);
        }
        if (bytes.length > LARGEST_FILE) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot read job file '%s': it is larger than %d bytes".formatted(location, LARGEST_FILE));
        }
        Map<String, Object> values = parse(location, new String(bytes, StandardCharsets.UTF_8));
        settings.forEach(setting -> apply(setting, values));
        secrets.refuseJob(location, values);
        return new JobFile(location, path.getParent(), values);
    }

    /** The content as YAML text. */
    String text() {
        return new Dump(DumpSettings.builder()
                        .setDefaultFlowStyle(FlowStyle.BLOCK)
                        .build())
                .dumpToString(values);
    }

    static Map<String, Object> parse(String name, String text) {
        Object loaded;
        try {
            loaded = load(text);
        } catch (YamlEngineException e) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot read job file '%s': it is no valid YAML, %s"
                            .formatted(
                                    name,
                                    String.join(
                                            " ",
                                            e.getMessage()
                                                    .lines()
                                                    .map(String::strip)
                                                    .toList())),
                    e);
        }
        if (!(loaded instanceof Map<?, ?> map)) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot read job file '%s': found %s, expected a mapping of keys"
                            .formatted(
                                    name,
                                    loaded == null
                                            ? "nothing"
                                            : loaded.getClass().getSimpleName()));
        }
        return mapping(map);
    }

    private static Object load(String text) {
        try {
            return new Load(LoadSettings.builder()
                            .setAllowDuplicateKeys(false)
                            .setMaxAliasesForCollections(10)
                            .setCodePointLimit(LARGEST_FILE)
                            .build())
                    .loadFromString(text);
        } catch (YamlEngineException e) {
            throw e;
        } catch (RuntimeException e) {
            // The library refuses some tags with exceptions of the JDK.
            throw new YamlEngineException(Failures.firstLine(e), e);
        }
    }

    private static void apply(String setting, Map<String, Object> values) {
        int equals = setting.indexOf('=');
        if (equals < 1) {
            throw new JobException(
                    ExitCode.CONFIGURATION, "Cannot apply '--set %s': expected key.path=value".formatted(setting));
        }
        List<String> keys = new ArrayList<>(List.of(setting.substring(0, equals).split("\\.")));
        String last = keys.remove(keys.size() - 1);
        Map<String, Object> at = values;
        for (String key : keys) {
            Object next = at.get(key);
            Map<String, Object> nested = next instanceof Map<?, ?> map ? mapping(map) : new LinkedHashMap<>();
            at.put(key, nested);
            at = nested;
        }
        try {
            at.put(last, load(setting.substring(equals + 1)));
        } catch (YamlEngineException e) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot apply '--set %s': the value is no valid YAML".formatted(setting),
                    e);
        }
    }

    private static Map<String, Object> mapping(Map<?, ?> map) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> copy.put(String.valueOf(key), value));
        return copy;
    }
}
