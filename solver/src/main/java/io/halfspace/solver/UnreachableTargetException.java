package io.halfspace.solver;

/** Says that no choice of groups that was found meets a target, and how far one can go. */
public final class UnreachableTargetException extends IllegalArgumentException {
    UnreachableTargetException(String message) {
        super(message);
    }
}
