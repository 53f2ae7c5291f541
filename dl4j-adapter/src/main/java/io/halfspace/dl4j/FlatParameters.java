package io.halfspace.dl4j;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The flat parameter vector of a network: copies in and out, and where its running statistics lie.
 *
 * <p>Parameters lie in topological order of the vertices, and within a vertex in the order of its parameter table.
 */
public final class FlatParameters {
    /** A part of the flat vector, {@code from} inclusive to {@code to} exclusive. */
    public record Range(int from, int to) {}

    private FlatParameters() {}

    /** A copy of all parameters of a network. */
    public static float[] of(ComputationGraph network) {
        return copy(network.params());
    }

    /** Sets all parameters of a network. {@code values} is not modified. */
    public static void set(ComputationGraph network, float[] values) {
        if (values.length != network.params().length()) {
            throw new IllegalArgumentException("Cannot set parameters: found %d values, expected %d"
                    .formatted(values.length, network.params().length()));
        }
        write(values, network.params());
    }

    /** Where the running statistics (batch-norm mean and variance) lie: values that no gradient step is taken on. */
    public static List<Range> statistics(ComputationGraph network) {
        List<Range> ranges = new ArrayList<>();
        int offset = 0;
        for (Trainable vertex : trainables(network)) {
            for (var entry : vertex.paramTable(false).entrySet()) {
                int length = (int) entry.getValue().length();
                if (!vertex.updaterDivideByMinibatch(entry.getKey())) {
                    ranges.add(new Range(offset, offset + length));
                }
                offset += length;
            }
        }
        return ranges;
    }

    /** The vertices that have parameters, in the order in which these lie in the flat vector. */
    static List<GraphVertex> trainables(ComputationGraph network) {
        List<GraphVertex> ordered = new ArrayList<>();
        for (int index : network.topologicalSortOrder()) {
            GraphVertex vertex = network.getVertices()[index];
            if (vertex.numParams() > 0) {
                ordered.add(vertex);
            }
        }
        return ordered;
    }

    /** All values of a contiguous array, as floats. */
    static float[] copy(INDArray array) {
        float[] values = new float[Math.toIntExact(array.length())];
        copy(array, values);
        return values;
    }

    /** Copies a contiguous array, in single precision, into one of the same length. */
    static void copy(INDArray array, float[] values) {
        boolean plain = array.dataType() == DataType.FLOAT && array.data().offset() == 0 && array.offset() == 0;
        INDArray floats = plain ? array : array.castTo(DataType.FLOAT).dup();
        floats.data().asNioFloat().get(values);
    }

    /** Overwrites a contiguous array. */
    static void write(float[] values, INDArray array) {
        if (array.dataType() == DataType.FLOAT && array.offset() == 0) {
            FloatBuffer buffer = array.data().asNioFloat();
            buffer.put(values, 0, values.length);
            return;
        }
        array.assign(Nd4j.createFromArray(values).castTo(array.dataType()).reshape(array.shape()));
    }
}
