package io.halfspace.torch;

import io.halfspace.dl4j.Values;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.nd4j.linalg.api.buffer.DataType;

/** Tensors to and from Java arrays, and short names for libtorch's argument types. */
final class Tensors {
    private Tensors() {}

    static ScalarType type(DataType type) {
        return type == DataType.DOUBLE ? ScalarType.Double : ScalarType.Float;
    }

    /** JavaCPP gives enums of its own making, which are not the constants. */
    private static boolean isDouble(Tensor tensor) {
        return tensor.scalar_type().value == ScalarType.Double.value;
    }

    static TensorOptions options(ScalarType type) {
        return new TensorOptions(type);
    }

    static Tensor empty(ScalarType type, long... shape) {
        return torch.empty(shape, options(type), new MemoryFormatOptional());
    }

    /** A new tensor on the processor with a copy of the values. */
    static Tensor of(Values values, ScalarType type) {
        long[] shape = Arrays.stream(values.shape()).asLongStream().toArray();
        Tensor tensor = empty(type, shape);
        write(values, tensor);
        return tensor;
    }

    /** A new tensor of 32-bit integers on the processor with a copy of the values. */
    static Tensor of(int[] values, int[] shape) {
        Tensor tensor = empty(ScalarType.Int, longs(shape));
        tensor.data_ptr_int().put(values, 0, values.length);
        return tensor;
    }

    /** Overwrites a contiguous tensor on the processor. */
    static void write(Values values, Tensor tensor) {
        if (isDouble(tensor)) {
            double[] doubles = values.doubles();
            tensor.data_ptr_double().put(doubles, 0, doubles.length);
        } else {
            float[] floats = values.floats();
            tensor.data_ptr_float().put(floats, 0, floats.length);
        }
    }

    /** The values of a tensor in C order, in its own precision (bfloat16 in single precision). */
    static Values values(Tensor tensor) {
        int[] shape = Arrays.stream(shape(tensor)).mapToInt(Math::toIntExact).toArray();
        int length = Math.toIntExact(tensor.numel());
        if (isDouble(tensor)) {
            double[] doubles = new double[length];
            onHost(tensor).data_ptr_double().get(doubles, 0, length);
            return Values.of(doubles, shape);
        }
        float[] floats = new float[length];
        onHost(tensor.to(ScalarType.Float)).data_ptr_float().get(floats, 0, length);
        return Values.of(floats, shape);
    }

    static Tensor onHost(Tensor tensor) {
        return tensor.cpu().contiguous();
    }

    /** The memory of a contiguous tensor of floats on the processor: ends with the tensor. */
    static FloatBuffer buffer(Tensor tensor) {
        long length = tensor.numel();
        return length == 0
                ? FloatBuffer.allocate(0)
                : tensor.data_ptr_float().capacity(length).asBuffer();
    }

    static long[] shape(Tensor tensor) {
        long[] shape = new long[(int) tensor.dim()];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = tensor.size(i);
        }
        return shape;
    }

    static long[] strides(Tensor tensor) {
        long[] strides = new long[(int) tensor.dim()];
        for (int i = 0; i < strides.length; i++) {
            strides[i] = tensor.stride(i);
        }
        return strides;
    }

    static Scalar scalar(double value) {
        return new Scalar(value);
    }

    static TensorOptional some(Tensor tensor) {
        return new TensorOptional(tensor);
    }

    static TensorOptional none() {
        return new TensorOptional();
    }

    static TensorVector vector(Tensor... tensors) {
        return new TensorVector(tensors);
    }

    static Tensor times(Tensor tensor, double factor) {
        return factor == 1 ? tensor : tensor.mul(scalar(factor));
    }

    static Tensor plus(Tensor tensor, double summand) {
        return summand == 0 ? tensor : tensor.add(scalar(summand));
    }

    /** The sum of all values, in double precision. */
    static double sum(Tensor tensor) {
        return tensor.to(ScalarType.Double).sum().item_double();
    }

    static long[] longs(int... values) {
        return Arrays.stream(values).asLongStream().toArray();
    }
}
