package io.halfspace.spark;

/** How a run ended, as the process tells its caller. The numbers are stable; {@code docs/configuration.md} lists them. */
public enum ExitCode {
    OK(0),
    CONFIGURATION(2),
    DATA(3),
    /** Training diverged, or the built network failed its equality check. */
    CHECK_FAILED(4),
    UNSUPPORTED_MODEL(5),
    /** Something outside the job failed (cluster, file system): the same command may succeed later. */
    TRY_AGAIN(75),
    /** The process was asked to end (SIGTERM) and kept its work: the same command goes on from there. */
    STOPPED(143);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
