package io.halfspace.dl4j;

import io.halfspace.graph.ChannelMap;
import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.preprocessor.Cnn3DToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnn3DPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor;

/** Preprocessors that turn feature maps into features and back. */
final class Reshapes {
    private Reshapes() {}

    /** The array is flattened in C order of its memory format. */
    static Operation flatten(CnnToFeedForwardPreProcessor flatten, Site site) {
        Shape input = site.input();
        int positions = Math.toIntExact(input.positions());
        ChannelMap map = flatten.getFormat() == CNN2DFormat.NHWC
                ? ChannelMap.flattenChannelsLast(input.channels(), positions)
                : ChannelMap.flatten(input.channels(), positions);
        return gathered(map, site);
    }

    /** A preprocessor without sizes takes them from the first array that it sees. */
    static CnnToFeedForwardPreProcessor resizedFlatten(CnnToFeedForwardPreProcessor flatten, Kept kept) {
        long channels = flatten.getNumChannels() == 0 ? 0 : kept.in();
        return new CnnToFeedForwardPreProcessor(
                flatten.getInputHeight(), flatten.getInputWidth(), channels, flatten.getFormat());
    }

    static Operation flattenVolume(Cnn3DToFeedForwardPreProcessor flatten, Site site) {
        Shape input = site.input();
        return flatten.isNCDHW()
                ? gathered(ChannelMap.flatten(input.channels(), Math.toIntExact(input.positions())), site)
                : Rules.unknown(site, Stems.CHANNELS_LAST_VOLUME);
    }

    static Cnn3DToFeedForwardPreProcessor resizedFlattenVolume(Cnn3DToFeedForwardPreProcessor flatten, Kept kept) {
        return new Cnn3DToFeedForwardPreProcessor(
                flatten.getInputDepth(),
                flatten.getInputHeight(),
                flatten.getInputWidth(),
                kept.in(),
                flatten.isNCDHW());
    }

    /** Output channel {@code offset * channels + c} holds the values of channel c at one offset within each block. */
    static Operation spaceToDepth(SpaceToDepthLayer layer, Site site) {
        int channels = site.input().channels();
        return gathered(ChannelMap.flattenChannelsLast(channels, site.channels() / channels), site);
    }

    static Operation flattenToSteps(CnnToRnnPreProcessor flatten, Site site) {
        Shape input = site.input();
        if (Joints.channelAxis(input) != 1) {
            return Rules.unknown(site, "it expects channels along axis 1");
        }
        return gathered(ChannelMap.flatten(input.channels(), Math.toIntExact(input.positions())), site);
    }

    static CnnToRnnPreProcessor resizedFlattenToSteps(CnnToRnnPreProcessor flatten, Kept kept) {
        return new CnnToRnnPreProcessor(
                flatten.getInputHeight(), flatten.getInputWidth(), kept.in(), flatten.getRnnDataFormat());
    }

    /** Features are folded into maps in C order, channel outermost; flat images are only described differently. */
    static Operation unflatten(FeedForwardToCnnPreProcessor unflatten, Site site) {
        return site.input().is(InputType.Type.CNN)
                ? Accessories.plain(site)
                : folded(site, site.output().positions());
    }

    static FeedForwardToCnnPreProcessor resizedUnflatten(FeedForwardToCnnPreProcessor unflatten, Kept kept) {
        return new FeedForwardToCnnPreProcessor(unflatten.getInputHeight(), unflatten.getInputWidth(), kept.out());
    }

    static Operation unflattenVolume(FeedForwardToCnn3DPreProcessor unflatten, Site site) {
        if (!unflatten.isNCDHW()) {
            return Rules.unknown(site, Stems.CHANNELS_LAST_VOLUME);
        }
        return site.input().is(InputType.Type.FF)
                ? folded(site, site.output().positions())
                : Rules.unknown(site, "it makes a volume of other than plain features");
    }

    static FeedForwardToCnn3DPreProcessor resizedUnflattenVolume(FeedForwardToCnn3DPreProcessor unflatten, Kept kept) {
        return new FeedForwardToCnn3DPreProcessor(
                unflatten.getInputDepth(),
                unflatten.getInputHeight(),
                unflatten.getInputWidth(),
                kept.out(),
                unflatten.isNCDHW());
    }

    /** The features of every step become an image. */
    static Operation unflattenSteps(RnnToCnnPreProcessor unflatten, Site site) {
        return folded(site, (long) unflatten.getInputHeight() * unflatten.getInputWidth());
    }

    static RnnToCnnPreProcessor resizedUnflattenSteps(RnnToCnnPreProcessor unflatten, Kept kept) {
        return new RnnToCnnPreProcessor(
                unflatten.getInputHeight(), unflatten.getInputWidth(), kept.out(), unflatten.getRnnDataFormat());
    }

    private static Operation folded(Site site, long positions) {
        return gathered(ChannelMap.fold(site.channels(), Math.toIntExact(positions)), site);
    }

    static Operation gathered(ChannelMap map, Site site) {
        return Operation.accessory(site.channels(), map, true, List.of(), Cost.free(site.positions()));
    }
}
