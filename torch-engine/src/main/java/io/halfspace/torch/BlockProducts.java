package io.halfspace.torch;

import java.util.Optional;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The three products of a layer of weights in single precision, block by block.
 *
 * <p>OpenBLAS has kernels that neither pack their factors nor zero their result, for processors with AVX-512 and products of
 * at most a million multiplications whose first factor is not transposed. With as few rows as a minibatch has examples, a
 * product in such blocks takes two thirds to three quarters of the time of the whole; elsewhere it takes several times as long.
 *
 * <p>All tensors are on the processor. Rows are examples; the number of them is one that {@link #fits}. Sums over the blocks of
 * the inner axis are in the order of that axis: the same bits from run to run.
 */
final class BlockProducts {
    /** Multiplications of a block that OpenBLAS still takes these kernels for. */
    private static final int MOST = 1_000_000;
    /** Columns of a block whose columns are long, twice as many of short ones: 8, 15 and 16 are slower. */
    private static final int COLUMNS = 12;
    /** Part of the inner axis where the second factor is transposed, so that its blocks have long rows. */
    private static final int SHALLOW = 32;
    /** Examples of a block. */
    private static final int TILE = 64;
    /** Examples of a product, beyond which packing pays. */
    private static final int MOST_ROWS = 2 * TILE;
    /** The number of examples is a multiple of this: the kernels have parts of a vector for what is left, which take longer. */
    private static final int STEP = 16;

    private static final boolean CAPABLE = isCapable();

    private BlockProducts() {}

    /** Not with kernels of a user's own choice, nor with Intel's library in OpenBLAS's place. */
    private static boolean isCapable() {
        String preloaded = System.getenv("LD_PRELOAD");
        return torch.get_cpu_capability().getString().startsWith("AVX512")
                && System.getenv("OPENBLAS_CORETYPE") == null
                && (preloaded == null || !preloaded.contains("mkl"));
    }

    /**
     * Whether blocks are the faster way.
     *
     * @param type of all factors
     * @param rows number of examples
     */
    static boolean fits(ScalarType type, long rows) {
        return CAPABLE
                && type == ScalarType.Float
                && rows % STEP == 0
                && rows > 0
                && rows <= MOST_ROWS
                && torch.get_num_threads() == 1;
    }

    /**
     * {@code rows * weight}, plus a bias.
     *
     * @param rows {@code [rows, in]}, in any order
     * @param weight {@code [in, out]}, in F order
     * @param bias {@code [out]}
     * @return {@code [rows, out]}, in F order
     */
    static Tensor forward(Tensor rows, Tensor weight, Optional<Tensor> bias) {
        Tensor result = columns(rows.size(0), weight.size(1));
        bias.ifPresent(result::copy_);
        int width = width(rows);
        int depth = MOST / (width * tile(rows));
        multiply(
                Matrix.of(inColumns(rows)), Matrix.of(weight), Matrix.of(result), TILE, width, depth, bias.isPresent());
        return result;
    }

    /**
     * {@code slope * weight^T}: from the gradient of a product to that of its rows.
     *
     * @param slope {@code [rows, out]}, in any order
     * @param weight {@code [in, out]}, in F order
     * @return {@code [rows, in]}, in F order
     */
    static Tensor backward(Tensor slope, Tensor weight) {
        Tensor result = columns(slope.size(0), weight.size(0));
        int width = MOST / (SHALLOW * tile(slope)) / COLUMNS * COLUMNS;
        multiply(
                Matrix.of(inColumns(slope)),
                Matrix.of(weight).transpose(),
                Matrix.of(result),
                TILE,
                width,
                SHALLOW,
                false);
        return result;
    }

    /**
     * {@code rows^T * slope}: from the gradient of a product to that of its weights.
     *
     * @param rows {@code [rows, in]}, in any order
     * @param slope {@code [rows, out]}, in any order
     * @param into {@code [in, out]}, in F order; overwritten
     */
    static void weights(Tensor rows, Tensor slope, Tensor into) {
        int count = (int) rows.size(0);
        int width = width(rows);
        int height = MOST / (width * count) / TILE * TILE;
        multiply(
                Matrix.of(rows.contiguous().t()),
                Matrix.of(inColumns(slope)),
                Matrix.of(into),
                height,
                width,
                count,
                false);
    }

    private static int width(Tensor rows) {
        return rows.size(0) <= TILE / 2 ? 2 * COLUMNS : COLUMNS;
    }

    private static int tile(Tensor rows) {
        return (int) Math.min(TILE, rows.size(0));
    }

    private static Tensor columns(long rows, long columns) {
        return torch.empty_strided(new long[] {rows, columns}, new long[] {1, rows}, Tensors.options(ScalarType.Float));
    }

    private static Tensor inColumns(Tensor tensor) {
        return tensor.t().contiguous().t();
    }

    /** A matrix as BLAS sees it: column after column, or row after row if transposed. */
    private record Matrix(FloatPointer values, int rows, int columns, int stride, boolean transposed) {
        /** A tensor in F order. */
        static Matrix of(Tensor tensor) {
            int rows = Math.toIntExact(tensor.size(0));
            return new Matrix(tensor.data_ptr_float(), rows, Math.toIntExact(tensor.size(1)), rows, false);
        }

        Matrix transpose() {
            return new Matrix(values, columns, rows, stride, !transposed);
        }

        FloatPointer at(int row, int column) {
            long offset = transposed ? (long) row * stride + column : (long) column * stride + row;
            return values.position(offset);
        }

        int order() {
            return transposed ? openblas_nolapack.CblasTrans : openblas_nolapack.CblasNoTrans;
        }
    }

    /** Sets a result to a product, or adds the product to it, in blocks of at most the given height, width and depth. */
    private static void multiply(Matrix a, Matrix b, Matrix into, int height, int width, int depth, boolean add) {
        for (int k = 0; k < a.columns(); k += depth) {
            for (int column = 0; column < into.columns(); column += width) {
                for (int row = 0; row < into.rows(); row += height) {
                    openblas_nolapack.cblas_sgemm(
                            openblas_nolapack.CblasColMajor,
                            a.order(),
                            b.order(),
                            Math.min(height, into.rows() - row),
                            Math.min(width, into.columns() - column),
                            Math.min(depth, a.columns() - k),
                            1,
                            a.at(row, k),
                            a.stride(),
                            b.at(k, column),
                            b.stride(),
                            add || k > 0 ? 1 : 0,
                            into.at(row, column),
                            into.stride());
                }
            }
        }
    }
}
