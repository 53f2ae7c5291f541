package io.halfspace.torch;

import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;

/** Axis orders. libtorch has channels on axis 1; a permuted view of images with channels last is its fastest layout. */
final class Layouts {
    /** ResNet-20 gains a fifth, ResNet-18 and VGG16 lose as much. */
    private static final int NARROW = 64;

    private Layouts() {}

    /**
     * Whether images are faster with channels innermost in memory, whatever the order of their axes: where all convolutions
     * are narrow. Wider ones are faster in oneDNN's own blocks of channels, which it takes images to and from.
     */
    static boolean channelsInnermost(ComputationGraphConfiguration configuration) {
        long[] widths = configuration.getVertices().values().stream()
                .filter(LayerVertex.class::isInstance)
                .map(vertex -> ((LayerVertex) vertex).getLayerConf().getLayer())
                .filter(ConvolutionLayer.class::isInstance)
                .mapToLong(layer -> ((ConvolutionLayer) layer).getNOut())
                .toArray();
        return widths.length > 0 && LongStream.of(widths).allMatch(width -> width <= NARROW);
    }

    /** The same images with channels innermost in memory. */
    static Tensor channelsInnermost(Tensor images) {
        return images.contiguous(MemoryFormat.ChannelsLast);
    }

    static Tensor channelsFirst(Tensor tensor, boolean channelsLast) {
        return channelsLast ? tensor.movedim(-1, 1) : tensor;
    }

    static Tensor asGiven(Tensor channelsFirst, boolean channelsLast) {
        return channelsLast ? channelsFirst.movedim(1, -1) : channelsFirst;
    }

    /** Applies an operation on tensors with channels on axis 1. */
    static Signal through(Signal input, boolean channelsLast, UnaryOperator<Tensor> operation) {
        return input.with(asGiven(operation.apply(channelsFirst(input.value(), channelsLast)), channelsLast));
    }
}
