package io.halfspace.spark;

/** A run that cannot go on, with one sentence for its user, without secrets, and the exit code that goes with it. */
public final class JobException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ExitCode exitCode;

    public JobException(ExitCode exitCode, String message) {
        super(Secrets.known().hide(message));
        this.exitCode = exitCode;
    }

    public JobException(ExitCode exitCode, String message, Throwable cause) {
        super(Secrets.known().hide(message), cause);
        this.exitCode = exitCode;
    }

    /** Bad data: missing, unreadable, of the wrong shape or out of range. */
    public static JobException data(String format, Object... values) {
        return new JobException(ExitCode.DATA, format.formatted(values));
    }

    public ExitCode exitCode() {
        return exitCode;
    }
}
