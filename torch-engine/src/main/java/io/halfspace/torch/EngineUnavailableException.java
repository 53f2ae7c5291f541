package io.halfspace.torch;

/** libtorch cannot compute here: its natives do not load, or the device that was asked for is not there. */
public final class EngineUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** {@code sentence} begins with "Cannot" and says what to do. */
    public EngineUnavailableException(String sentence) {
        super(sentence);
    }
}
