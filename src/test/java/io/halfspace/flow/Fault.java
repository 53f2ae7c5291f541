package io.halfspace.flow;

/**
 * Something that happens to a run.
 *
 * @param name short
 * @param mode of the run
 * @param does what happens, for the table
 * @param happening starts the run, does it, holds it against what must show (that it happened, sentences, exit codes), and
 *     ends when the run has succeeded
 */
record Fault(String name, String mode, String does, Happening happening) {
    /** What happens to a run that is not started yet. */
    interface Happening {
        void to(FaultRun run) throws Exception;
    }

    @Override
    public String toString() {
        return name;
    }
}
