package io.halfspace.torch;

/** A network has a part that this engine has no rule for. */
public final class UnsupportedLayerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String vertex;
    private final String reason;

    UnsupportedLayerException(String vertex, String reason) {
        super("Cannot run layer '%s' on libtorch: %s".formatted(vertex, reason));
        this.vertex = vertex;
        this.reason = reason;
    }

    /** Name of the layer or vertex. */
    public String vertex() {
        return vertex;
    }

    /** Why it cannot be run, as a clause. */
    public String reason() {
        return reason;
    }
}
