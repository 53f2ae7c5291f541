package io.halfspace.spark;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Versions, as the build wrote them into the jar. */
final class Version {
    static final String HALFSPACE = read("halfspace");
    static final String DL4J = read("deeplearning4j");

    private Version() {}

    private static String read(String key) {
        Properties versions = new Properties();
        try (InputStream in = Version.class.getResourceAsStream("versions.properties")) {
            versions.load(in);
        } catch (IOException e) {
            throw new IllegalStateException("Cannot read versions.properties from the jar", e);
        }
        return versions.getProperty(key);
    }
}
