package io.halfspace.spark;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;

/**
 * What all tasks of a stage know, sent to each executor once and not with every step: the configuration of a network alone is
 * as long as many a network's parameters. Kryo, which cannot write the records inside, sees bytes.
 */
final class PackedTask implements Serializable {
    private static final long serialVersionUID = 1L;

    private final byte[] bytes;
    private transient GradientRound.Task task;

    PackedTask(GradientRound.Task task) {
        this.task = task;
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(packed)) {
            out.writeObject(task);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        bytes = packed.toByteArray();
    }

    /** The task, unpacked once in every process that asks. */
    synchronized GradientRound.Task task() {
        if (task == null) {
            try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
                task = (GradientRound.Task) in.readObject();
            } catch (IOException | ClassNotFoundException e) {
                throw new IllegalStateException("Cannot read what the driver sent", e);
            }
        }
        return task;
    }
}
