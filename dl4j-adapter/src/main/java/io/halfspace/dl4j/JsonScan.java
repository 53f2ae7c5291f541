package io.halfspace.dl4j;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.shade.jackson.core.JsonFactory;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.core.JsonToken;

/**
 * Looks at every token of a configuration before Deeplearning4j's own parser, which creates objects of whatever classes
 * the text names, may see it. Refuses classes outside Deeplearning4j's configuration packages, wherever they are named,
 * but for the very classes that a {@link LayerRule} of the user's covers, and texts built to exhaust the parser.
 */
final class JsonScan {
    private static final List<String> PACKAGES = List.of(
            "org.deeplearning4j.nn.conf.",
            "org.deeplearning4j.nn.weights.",
            "org.deeplearning4j.nn.modelimport.keras.preprocessors.",
            "org.nd4j.linalg.activations.impl.",
            "org.nd4j.linalg.learning.config.",
            "org.nd4j.linalg.learning.regularization.",
            "org.nd4j.linalg.lossfunctions.impl.",
            "org.nd4j.linalg.schedule.");

    private static final Pattern CLASS_NAME = Pattern.compile("[\\w$]+(?:\\.[\\w$]+)*");
    private static final Pattern DOTTED_NAME = Pattern.compile("[\\w$]+(?:\\.[\\w$]+)+");
    private static final int DEEPEST = 100;
    private static final int MOST_DOTTED_NAMES = 10_000;

    private final Set<String> topFields = new HashSet<>();
    private final Set<String> seen = new HashSet<>();

    private JsonScan() {}

    /** The names of the outermost object's fields. */
    static Set<String> topFields(String json) throws Unreadable {
        JsonScan scan = new JsonScan();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
            scan.scan(parser);
        } catch (JsonProcessingException malformed) {
            throw new Unreadable(
                    "its JSON is malformed (%s, line %d)",
                    Unreadable.quote(malformed.getOriginalMessage()),
                    malformed.getLocation() == null
                            ? 0
                            : malformed.getLocation().getLineNr());
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return scan.topFields;
    }

    private void scan(JsonParser parser) throws IOException, Unreadable {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new Unreadable("its JSON is not an object");
        }
        int depth = 1;
        while (depth > 0) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw new Unreadable("its JSON ends too early");
            }
            if (token.isStructStart() && ++depth > DEEPEST) {
                throw new Unreadable("its JSON is nested deeper than %d levels", DEEPEST);
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.FIELD_NAME && depth == 1) {
                topFields.add(parser.currentName());
            } else if (token == JsonToken.VALUE_STRING) {
                string(parser.currentName(), parser.getText());
            }
        }
        if (parser.nextToken() != null) {
            throw new Unreadable("its JSON goes on after its end");
        }
    }

    private void string(String field, String value) throws Unreadable {
        if ("@class".equals(field) && !(CLASS_NAME.matcher(value).matches() && allowed(value))) {
            throw refused(value);
        }
        // A class can be named elsewhere too: under another field (distributions), or as the head of an array.
        Matcher names = DOTTED_NAME.matcher(value);
        while (names.find()) {
            String name = names.group();
            if (seen.add(name) && !ownPackage(name) && isClass(name) && !LayerRules.cover(name)) {
                throw refused(name);
            }
            if (seen.size() > MOST_DOTTED_NAMES) {
                throw new Unreadable("its JSON has more than %d different dotted names", MOST_DOTTED_NAMES);
            }
        }
    }

    private static boolean allowed(String name) {
        return ownPackage(name) || LayerRules.cover(name);
    }

    private static boolean ownPackage(String name) {
        return PACKAGES.stream().anyMatch(name::startsWith);
    }

    /** Whether there is such a class, found without loading it. */
    private static boolean isClass(String name) {
        String resource = name.replace('.', '/') + ".class";
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return ClassLoader.getSystemResource(resource) != null
                || JsonScan.class.getClassLoader().getResource(resource) != null
                || context != null && context.getResource(resource) != null;
    }

    private static Unreadable refused(String name) {
        return new Unreadable(
                "its configuration names the class %s, expected only Deeplearning4j's own layers, activations,"
                        + " losses, updaters and schedules, or a class with a LayerRule",
                Unreadable.quote(name));
    }
}
