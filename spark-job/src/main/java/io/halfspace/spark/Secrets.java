package io.halfspace.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;

/**
 * Passwords, tokens and keys: refused where Halfspace would keep them (command line, job file, locations), and taken out of
 * whatever it says.
 *
 * <p>What is secret is told by names, as Spark does it: its default {@code spark.redaction.regex} with a few words more, and
 * whatever {@code spark.redaction.regex} is set to.
 */
final class Secrets {
    private static final String WORDS =
            "secret|passw(?:or)?d|passphrase|token|credentials?|(?:access|api|account|private|sas)[._-]?key";
    private static final String HIDDEN = "*****";
    /** {@code USER:PASSWORD@} of a location; digits before a slash are a port, and the {@code @} after them is of the path. */
    private static final Pattern USER = Pattern.compile("(?<=://)[^/@:\\s]*:(?!\\d{1,5}/)[^@\\s]+@");

    private static final Pattern QUERY =
            Pattern.compile("(?i)([?&](?:sig|signature|x-amz-[a-z-]+|[\\w.-]*(?:" + WORDS + ")[\\w.-]*)=)[^&\\s'\"]+");
    private static final String WHERE =
            "put it into a credential provider of Hadoop's (hadoop.security.credential.provider.path), a properties file for spark-submit, or the environment";

    /** Names of secrets. */
    private final Pattern names;
    /** A secret name and its value, {@code NAME=VALUE} or {@code NAME: VALUE}. */
    private final Pattern pairs;

    private Secrets(String words) {
        names = Pattern.compile("(?i)" + words);
        pairs = Pattern.compile(
                "(?i)([\\w.\\[\\]-]*(?:" + words + ")[\\w.-]*['\"]?\\s*[=:]\\s*)(\"[^\"]*\"|'[^']*'|[^\\s,;'\"}\\]]+)");
    }

    /** As the Spark settings of this process say. */
    static Secrets known() {
        String set = new SparkConf().get("spark.redaction.regex", "");
        try {
            return new Secrets(
                    set.isEmpty() ? WORDS : WORDS + "|" + Pattern.compile(set).pattern());
        } catch (java.util.regex.PatternSyntaxException e) {
            // Spark refuses it with a message of its own.
            return new Secrets(WORDS);
        }
    }

    /** The same text without secrets. */
    String hide(String text) {
        String hidden = USER.matcher(text).replaceAll(Matcher.quoteReplacement(HIDDEN) + "@");
        hidden = QUERY.matcher(hidden).replaceAll("$1" + Matcher.quoteReplacement(HIDDEN));
        return pairs.matcher(hidden).replaceAll("$1" + Matcher.quoteReplacement(HIDDEN));
    }

    /**
     * Refuses a setting {@code key.path=value} of the command line that is a secret.
     *
     * @throws JobException exit code 2, without the value
     */
    void refuseSetting(String setting) {
        String key = setting.substring(0, Math.max(0, setting.indexOf('=')));
        if (isSecret(key)) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot apply '--set %s=%s': a secret on a command line is seen by everybody on the machine and kept with the run; %s"
                            .formatted(key, HIDDEN, WHERE));
        }
        refuseLocation("--set " + key, setting.substring(Math.min(setting.length(), key.length() + 1)));
    }

    /**
     * Refuses a location with a password or a signature in it.
     *
     * @param from where it stands, for the message
     * @throws JobException exit code 2, without the secret
     */
    void refuseLocation(String from, String location) {
        if (isSecretLocation(location)) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot use '%s' of %s: found a password or signature in it, which would be kept with the run; name the location without it and %s"
                            .formatted(hide(location), from, WHERE));
        }
    }

    /**
     * Refuses a job file with a secret key, or a location with a password.
     *
     * @throws JobException exit code 2, with all such keys and no value
     */
    void refuseJob(String name, Map<String, Object> values) {
        List<String> found = new ArrayList<>();
        search("", values, found);
        if (!found.isEmpty()) {
            throw new JobException(
                    ExitCode.CONFIGURATION,
                    "Cannot use job file '%s': found secrets in it (%s), and a run keeps a copy of its job file; %s"
                            .formatted(name, String.join(", ", found), WHERE));
        }
    }

    private void search(String path, Object value, List<String> found) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, nested) -> {
                String name = path + key;
                // Below this one, keys are names of layers.
                boolean ours = !path.equals("layers.min-channels.");
                if (ours && isSecret(String.valueOf(key))) {
                    found.add(hide(name));
                } else {
                    search(name + ".", nested, found);
                }
            });
        } else if (value instanceof List<?> list) {
            list.forEach(each -> search(path, each, found));
        } else if (value instanceof String text && isSecretLocation(text)) {
            found.add("%s: %s".formatted(path.replaceFirst("\\.$", ""), hide(text)));
        }
    }

    private boolean isSecret(String key) {
        return !key.startsWith("layers.min-channels.") && names.matcher(key).find();
    }

    private static boolean isSecretLocation(String text) {
        return USER.matcher(text).find() || QUERY.matcher(text).find();
    }
}
