package io.halfspace.torch;

import java.util.EnumSet;
import java.util.LongSummaryStatistics;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;

/** How the images of a network lie in memory, whatever the order of their axes. */
enum ImageMemory {
    /** As the network has them. */
    AS_GIVEN,
    /** Channels innermost. */
    CHANNELS_INNERMOST,
    /** In {@link Blocks}. */
    BLOCKS;

    /**
     * Up to so many channels, channels innermost are as fast as blocks or faster, and faster in all that is not computed in
     * blocks: depthwise convolutions take half the time.
     */
    private static final int NARROW = 64;

    /** What a network can be computed in: on a GPU and in double precision there is no choice. */
    static Set<ImageMemory> possible(ComputationGraphConfiguration configuration, TorchDevice device) {
        if (device.isGpu() || Tensors.type(configuration.getDataType()) != ScalarType.Float) {
            return EnumSet.of(AS_GIVEN);
        }
        return device.precision() != Precision.BF16 && torch.hasMKLDNN()
                ? EnumSet.allOf(ImageMemory.class)
                : EnumSet.of(AS_GIVEN, CHANNELS_INNERMOST);
    }

    /** What is fastest for a network: channels innermost if all its convolutions are narrow, else blocks. */
    static ImageMemory of(ComputationGraphConfiguration configuration, TorchDevice device) {
        LongSummaryStatistics widths = configuration.getVertices().values().stream()
                .filter(LayerVertex.class::isInstance)
                .map(vertex -> ((LayerVertex) vertex).getLayerConf().getLayer())
                .filter(ConvolutionLayer.class::isInstance)
                .mapToLong(layer -> ((ConvolutionLayer) layer).getNOut())
                .summaryStatistics();
        if (widths.getCount() == 0) {
            return AS_GIVEN;
        }
        ImageMemory fastest = widths.getMax() <= NARROW ? CHANNELS_INNERMOST : BLOCKS;
        return possible(configuration, device).contains(fastest) ? fastest : AS_GIVEN;
    }

    /** An input of the network as it is to lie. Images get into blocks where they are first convolved. */
    Tensor input(Tensor values) {
        return this == CHANNELS_INNERMOST && values.dim() == 4 ? values.contiguous(MemoryFormat.ChannelsLast) : values;
    }
}
