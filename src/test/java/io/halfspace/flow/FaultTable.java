package io.halfspace.flow;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Counts how runs took their faults: {@code target/faults.md}, written anew after each run. */
final class FaultTable {
    private static final Path FILE = Path.of("target/faults.md");
    private static final Map<String, Row> ROWS = new LinkedHashMap<>();

    private static final class Row {
        private String what = "";
        private int tried;
        private int recovered;
        private int equal;
    }

    /** Part of a try that throws if something does not hold. */
    interface Part {
        void run() throws Exception;
    }

    private FaultTable() {}

    /**
     * Tries a fault and counts it.
     *
     * @param fault name of its row
     * @param what what is done
     * @param times how many faults the try holds
     * @param recovery ends with the run being over
     * @param comparison of its bits
     */
    static synchronized void tried(String fault, String what, int times, Part recovery, Part comparison)
            throws Exception {
        Row row = ROWS.computeIfAbsent(fault, name -> new Row());
        row.what = what;
        row.tried += times;
        try {
            recovery.run();
            row.recovered += times;
            comparison.run();
            row.equal += times;
        } catch (Exception | AssertionError e) {
            // Now, not when all others are through.
            System.out.printf("%s: %s%n", fault, e);
            throw e;
        } finally {
            write();
        }
    }

    private static void write() throws IOException {
        StringBuilder text = new StringBuilder("| fault | what is done | tried | recovered | bits equal |\n");
        text.append("| --- | --- | ---: | ---: | ---: |\n");
        ROWS.forEach((name, row) -> text.append(
                "| %s | %s | %d | %d | %d |%n".formatted(name, row.what, row.tried, row.recovered, row.equal)));
        Files.createDirectories(FILE.getParent());
        Files.writeString(FILE, text);
    }
}
