package io.halfspace.dl4j;

import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.Pooling1D;
import org.deeplearning4j.nn.conf.layers.Pooling2D;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;

/** All kinds of layers, vertices and preprocessors that are understood, one rule each; anything else is unknown. */
final class Rules {
    @SuppressWarnings("deprecation") // Stored networks still hold a GravesLSTM.
    private static final List<Rule<?>> ALL = List.of(
            new Rule<>(DenseLayer.class, Stems::dense, Rules::resized),
            new Rule<>(OutputLayer.class, Stems::output, Rules::resized),
            new Rule<>(RnnOutputLayer.class, Stems::output, Rules::resized),
            new Rule<>(ConvolutionLayer.class, Stems::convolution, Rules::resized),
            new Rule<>(Convolution2D.class, Stems::convolution, Rules::resized),
            new Rule<>(Convolution1DLayer.class, Stems::convolutionOverTime, Rules::resized),
            new Rule<>(Convolution1D.class, Stems::convolutionOverTime, Rules::resized),
            new Rule<>(Deconvolution2D.class, Stems::deconvolution, Rules::resized),
            new Rule<>(SeparableConvolution2D.class, Stems::separableConvolution, Stems::resizedSeparable),
            new Rule<>(LSTM.class, Recurrent::lstm, Rules::resized),
            new Rule<>(GravesLSTM.class, Recurrent::gravesLstm, Rules::resized),
            new Rule<>(SimpleRnn.class, Recurrent::simpleRnn, Rules::resized),
            new Rule<>(DepthwiseConvolution2D.class, Accessories::depthwiseConvolution, Rules::resized),
            new Rule<>(BatchNormalization.class, Accessories::batchNormalization, Rules::resized),
            new Rule<>(PReLULayer.class, Accessories::parametricRelu, Accessories::resizedParametricRelu),
            Rule.of(ActivationLayer.class, (layer, site) -> Accessories.activation(layer.getActivationFn(), site)),
            Rule.of(LossLayer.class, (layer, site) -> Accessories.activation(layer.getActivationFn(), site)),
            Rule.of(RnnLossLayer.class, (layer, site) -> Accessories.activation(layer.getActivationFn(), site)),
            Rule.of(CnnLossLayer.class, (layer, site) -> Accessories.activation(layer.getActivationFn(), site)),
            Rule.of(DropoutLayer.class, (layer, site) -> Accessories.plain(site)),
            Rule.of(SubsamplingLayer.class, Accessories::subsampling),
            Rule.of(Subsampling1DLayer.class, Accessories::subsampling),
            Rule.of(Pooling2D.class, Accessories::subsampling),
            Rule.of(Pooling1D.class, Accessories::subsampling),
            Rule.of(GlobalPoolingLayer.class, Accessories::globalPooling),
            Rule.of(Upsampling1D.class, (layer, site) -> Accessories.plain(site)),
            Rule.of(Upsampling2D.class, (layer, site) -> Accessories.plain(site)),
            Rule.of(ZeroPadding1DLayer.class, (layer, site) -> Accessories.plain(site)),
            Rule.of(ZeroPaddingLayer.class, (layer, site) -> Accessories.plain(site)),
            Rule.of(Cropping1D.class, (layer, site) -> Accessories.plain(site)),
            Rule.of(Cropping2D.class, (layer, site) -> Accessories.plain(site)),
            new Rule<>(FrozenLayer.class, Rules::frozen, Rules::resizedFrozen),
            Rule.of(ElementWiseVertex.class, Joints::elementWise),
            Rule.of(MergeVertex.class, Joints::merge),
            new Rule<>(SubsetVertex.class, Joints::subset, Joints::resizedSubset),
            Rule.of(ScaleVertex.class, (vertex, site) -> Accessories.plain(site)),
            Rule.of(ShiftVertex.class, Accessories::shift),
            new Rule<>(PreprocessorVertex.class, Rules::preprocessor, Rules::resizedPreprocessor),
            new Rule<>(CnnToFeedForwardPreProcessor.class, Reshapes::flatten, Reshapes::resizedFlatten),
            new Rule<>(CnnToRnnPreProcessor.class, Reshapes::flattenToSteps, Reshapes::resizedFlattenToSteps),
            new Rule<>(FeedForwardToCnnPreProcessor.class, Reshapes::unflatten, Reshapes::resizedUnflatten),
            Rule.of(RnnToFeedForwardPreProcessor.class, (steps, site) -> Accessories.plain(site)),
            Rule.of(FeedForwardToRnnPreProcessor.class, (steps, site) -> Accessories.plain(site)));

    private static final Map<Class<?>, Rule<?>> BY_TYPE =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Rule::type, Function.identity()));

    private Rules() {}

    /** What a layer, vertex or preprocessor does; unknown, with a reason, where no rule covers it. */
    static Operation operation(Object configuration, Site site) {
        Rule<?> rule = BY_TYPE.get(configuration.getClass());
        if (rule == null) {
            return unknown(
                    site, "there is no rule for " + configuration.getClass().getSimpleName());
        }
        return Zeros.kept(configuration, rule.operation(configuration, site));
    }

    /** The configuration for fewer channels: a new one, or the given one modified. */
    static Object resized(Object configuration, Kept kept) {
        Rule<?> rule = BY_TYPE.get(configuration.getClass());
        if (rule == null) {
            throw new IllegalArgumentException("Cannot resize a %s: there is no rule for it"
                    .formatted(configuration.getClass().getSimpleName()));
        }
        return rule.resized(configuration, kept);
    }

    /** An operation through which nothing may be cut. */
    static Operation unknown(Site site, String reason) {
        Cost cost =
                new Cost(Cost.Terms.constant(site.parameters()), Cost.Terms.ZERO, Cost.Terms.ZERO, site.positions());
        return Operation.unknown(site.channels(), cost, reason);
    }

    private static <T extends FeedForwardLayer> T resized(T layer, Kept kept) {
        layer.setNIn(kept.in());
        layer.setNOut(kept.out());
        return layer;
    }

    private static Operation frozen(FrozenLayer layer, Site site) {
        Operation inner = operation(layer.getLayer(), site);
        return inner.protection().isPresent() ? inner : inner.protectedBecause("it is frozen");
    }

    private static FrozenLayer resizedFrozen(FrozenLayer layer, Kept kept) {
        resized((Object) layer.getLayer(), kept);
        return layer;
    }

    private static Operation preprocessor(PreprocessorVertex vertex, Site site) {
        return operation(vertex.getPreProcessor(), site);
    }

    private static PreprocessorVertex resizedPreprocessor(PreprocessorVertex vertex, Kept kept) {
        return new PreprocessorVertex((InputPreProcessor) resized((Object) vertex.getPreProcessor(), kept));
    }
}
