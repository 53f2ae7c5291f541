package io.halfspace.torch;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A batch does not fit the memory of the device that computes. */
public final class TorchMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final Pattern GPU = Pattern.compile(
            "CUDA out of memory. Tried to allocate ([0-9.]+ \\w+)\\.(?s:.*?)of which ([0-9.]+ \\w+) is free");
    private static final Pattern CPU = Pattern.compile("can't allocate memory: you tried to allocate (\\d+) bytes");

    private TorchMemoryException(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /**
     * What libtorch threw, or an exception that says what to do if it ran out of memory.
     *
     * @param rows examples in the batch
     */
    static RuntimeException explain(RuntimeException thrown, int rows, TorchDevice device) {
        String message = String.valueOf(thrown.getMessage());
        Matcher gpu = GPU.matcher(message);
        Matcher cpu = CPU.matcher(message);
        String found;
        if (gpu.find()) {
            found = "it needs another %s, found %s free".formatted(gpu.group(1), gpu.group(2));
        } else if (message.contains("CUDA out of memory")) {
            found = "its memory is full";
        } else if (cpu.find()) {
            found = "it needs another %s bytes".formatted(cpu.group(1));
        } else {
            return thrown;
        }
        return new TorchMemoryException(
                "Cannot compute a batch of %d examples on %s: %s; use a smaller training.batch, more spark.shards or, on a GPU, precision: bf16"
                        .formatted(rows, device, found),
                thrown);
    }
}
