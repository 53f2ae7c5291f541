package io.halfspace.dl4j;

/** A network that cannot be trained or compressed here; the message says why in one sentence. */
public final class UnsupportedModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnsupportedModelException(String message) {
        super(message);
    }
}
