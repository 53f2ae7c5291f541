package io.halfspace.dl4j;

/** A model file that cannot be used; the message is one sentence that names the file and what is wrong with it. */
public final class ModelFileException extends RuntimeException {
    ModelFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
