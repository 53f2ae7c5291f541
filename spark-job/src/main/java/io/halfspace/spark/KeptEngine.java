package io.halfspace.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/** The engine that a run began with, in a file of its folder: whoever goes on with the run computes with the same. */
record KeptEngine(RunFolder folder) {
    static final String FILE = "engine.json";
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * What the run began with; empty before it has.
     *
     * @throws JobException exit code 75 if the file cannot be read
     */
    Optional<EngineSpec> read() {
        return folder.text(FILE).map(text -> {
            try {
                return JSON.readValue(text, EngineSpec.class);
            } catch (JsonProcessingException e) {
                throw new JobException(
                        ExitCode.TRY_AGAIN,
                        "Cannot read '%s': it does not say which engine the run began with, delete it to have one chosen anew"
                                .formatted(folder.location(FILE)),
                        e);
            }
        });
    }

    /** Keeps an engine, unless it is the one kept. */
    void write(EngineSpec spec) {
        if (read().filter(spec::equals).isEmpty()) {
            try {
                folder.write(FILE, JSON.writeValueAsString(spec));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
