package io.halfspace.dl4j;

import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.Pooling1D;
import org.deeplearning4j.nn.conf.layers.Pooling2D;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToBatchLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.Upsampling3D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPadding3DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping3D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.preprocessor.Cnn3DToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnn3DPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;

/** All kinds of layers, vertices and preprocessors that are understood, one rule each; anything else is unknown. */
final class Rules {
    @SuppressWarnings("deprecation") // Stored networks still hold layers of Graves.
    private static final List<Rule<?>> ALL = List.of(
            new Rule<>(DenseLayer.class, Stems::dense, Rules::both),
            new Rule<>(OutputLayer.class, Stems::output, Rules::both),
            new Rule<>(RnnOutputLayer.class, Stems::output, Rules::both),
            new Rule<>(ConvolutionLayer.class, Stems::convolution, Rules::both),
            new Rule<>(Convolution2D.class, Stems::convolution, Rules::both),
            new Rule<>(Convolution1DLayer.class, Stems::convolutionOverTime, Rules::both),
            new Rule<>(Convolution1D.class, Stems::convolutionOverTime, Rules::both),
            new Rule<>(Deconvolution2D.class, Stems::deconvolution, Rules::both),
            new Rule<>(SeparableConvolution2D.class, Stems::separableConvolution, Stems::resizedSeparable),
            new Rule<>(LSTM.class, Recurrent::lstm, Rules::both),
            new Rule<>(GravesLSTM.class, Recurrent::gravesLstm, Rules::both),
            new Rule<>(SimpleRnn.class, Recurrent::simpleRnn, Rules::both),
            new Rule<>(Convolution3D.class, Stems::convolution3d, Rules::both),
            new Rule<>(Deconvolution3D.class, Stems::deconvolution3d, Rules::both),
            new Rule<>(GravesBidirectionalLSTM.class, Recurrent::gravesBidirectionalLstm, Rules::both),
            new Rule<>(Bidirectional.class, Recurrent::bidirectional),
            new Rule<>(SelfAttentionLayer.class, Attention::self),
            new Rule<>(RecurrentAttentionLayer.class, RecurrentAttention::parts),
            new Rule<>(AttentionVertex.class, Attention::vertex),
            new Rule<>(LocallyConnected1D.class, LocallyConnected::overTime, LocallyConnected::resized),
            new Rule<>(LocallyConnected2D.class, LocallyConnected::overImages, LocallyConnected::resized),
            new Rule<>(EmbeddingLayer.class, Stems::embedding, Stems::resizedEmbedding),
            new Rule<>(EmbeddingSequenceLayer.class, Stems::embedding, Stems::resizedEmbedding),
            new Rule<>(DepthwiseConvolution2D.class, Accessories::depthwiseConvolution, Rules::both),
            new Rule<>(BatchNormalization.class, Accessories::batchNormalization, Rules::both),
            new Rule<>(PReLULayer.class, Accessories::parametricRelu, Accessories::resizedParametricRelu),
            Rule.of(ActivationLayer.class, (layer, site) -> Accessories.activation(layer.getActivationFn(), site)),
            Rule.of(LossLayer.class, (layer, site) -> Accessories.activation(layer.getActivationFn(), site)),
            Rule.of(RnnLossLayer.class, (layer, site) -> Accessories.activation(layer.getActivationFn(), site)),
            Rule.of(CnnLossLayer.class, (layer, site) -> Accessories.activation(layer.getActivationFn(), site)),
            Rule.of(Cnn3DLossLayer.class, (layer, site) -> Accessories.activation(layer.getActivationFn(), site)),
            new Rule<>(ElementWiseMultiplicationLayer.class, Accessories::elementWiseMultiplication, Rules::both),
            plain(DropoutLayer.class),
            plain(MaskLayer.class),
            new Rule<>(RepeatVector.class, (layer, site) -> Accessories.plain(site), Accessories::resizedRepetition),
            plain(SpaceToBatchLayer.class),
            Rule.of(SpaceToDepthLayer.class, Reshapes::spaceToDepth),
            Rule.of(Subsampling3DLayer.class, Accessories::subsampling3d),
            Rule.of(Upsampling3D.class, Accessories::upsampling3d),
            plain(ZeroPadding3DLayer.class),
            plain(Cropping3D.class),
            Rule.of(SubsamplingLayer.class, Accessories::subsampling),
            Rule.of(Subsampling1DLayer.class, Accessories::subsampling),
            Rule.of(Pooling2D.class, Accessories::subsampling),
            Rule.of(Pooling1D.class, Accessories::subsampling),
            Rule.of(GlobalPoolingLayer.class, Accessories::globalPooling),
            plain(Upsampling1D.class),
            plain(Upsampling2D.class),
            plain(ZeroPadding1DLayer.class),
            plain(ZeroPaddingLayer.class),
            plain(Cropping1D.class),
            plain(Cropping2D.class),
            new Rule<>(FrozenLayer.class, Wrappers::frozen),
            new Rule<>(FrozenLayerWithBackprop.class, Wrappers::frozen),
            new Rule<>(FrozenVertex.class, Wrappers::frozen),
            new Rule<>(LastTimeStep.class, Recurrent::lastTimeStep),
            new Rule<>(MaskZeroLayer.class, Recurrent::maskZero),
            new Rule<>(TimeDistributed.class, Recurrent::timeDistributed),
            Rule.of(ElementWiseVertex.class, Joints::elementWise),
            Rule.of(MergeVertex.class, Joints::merge),
            new Rule<>(SubsetVertex.class, Joints::subset, Joints::resizedSubset),
            plain(ScaleVertex.class),
            Rule.of(ShiftVertex.class, Accessories::shift),
            Rule.of(L2NormalizeVertex.class, Accessories::l2Normalize),
            Rule.of(StackVertex.class, (vertex, site) -> Joints.stackOfExamples(site)),
            plain(UnstackVertex.class),
            plain(LastTimeStepVertex.class),
            plain(DuplicateToTimeSeriesVertex.class),
            plain(ReverseTimeSeriesVertex.class),
            new Rule<>(ReshapeVertex.class, FreeReshape::reshape, FreeReshape::resized),
            Rule.of(PoolHelperVertex.class, (vertex, site) -> Accessories.poolHelper(site)),
            new Rule<>(L2Vertex.class, Joints::distance),
            new Rule<>(PreprocessorVertex.class, Wrappers::preprocessor),
            new Rule<>(ComposableInputPreProcessor.class, Wrappers::chain),
            new Rule<>(CnnToFeedForwardPreProcessor.class, Reshapes::flatten, Reshapes::resizedFlatten),
            new Rule<>(Cnn3DToFeedForwardPreProcessor.class, Reshapes::flattenVolume, Reshapes::resizedFlattenVolume),
            new Rule<>(CnnToRnnPreProcessor.class, Reshapes::flattenToSteps, Reshapes::resizedFlattenToSteps),
            new Rule<>(FeedForwardToCnnPreProcessor.class, Reshapes::unflatten, Reshapes::resizedUnflatten),
            new Rule<>(
                    FeedForwardToCnn3DPreProcessor.class, Reshapes::unflattenVolume, Reshapes::resizedUnflattenVolume),
            new Rule<>(RnnToCnnPreProcessor.class, Reshapes::unflattenSteps, Reshapes::resizedUnflattenSteps),
            plain(RnnToFeedForwardPreProcessor.class),
            plain(FeedForwardToRnnPreProcessor.class));

    private static final Map<Class<?>, Rule<?>> BY_TYPE =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Rule::type, Function.identity()));

    private Rules() {}

    /** The configuration classes that rules cover. */
    static Set<Class<?>> types() {
        return BY_TYPE.keySet();
    }

    /** The vertices of the trace that a configuration stands for; one, unknown, where no rule covers it. */
    static List<Part> parts(Object configuration) {
        Rule<?> rule = BY_TYPE.get(configuration.getClass());
        if (rule == null) {
            rule = LayerRules.of(configuration.getClass()).orElse(null);
        }
        if (rule == null) {
            String reason = Unprovable.reason(configuration);
            return List.of(Part.whole(configuration, List.of(), site -> unknown(site, reason), kept -> configuration));
        }
        return rule.parts(configuration).stream()
                .map(part -> part.inside(part.resize(), operation -> Zeros.kept(configuration, operation)))
                .toList();
    }

    /** What a layer inside another one does; unknown if it stands for several vertices. */
    static Operation operation(Object configuration, Site site) {
        List<Part> parts = parts(configuration);
        return parts.size() == 1
                ? parts.get(0).describe().apply(site)
                : unknown(
                        site,
                        "it is wrapped around a %s"
                                .formatted(configuration.getClass().getSimpleName()));
    }

    /**
     * The configuration for fewer channels of one of its parts: a new one, or the given one modified.
     *
     * @param suffix tells the part
     */
    static Object resized(Object configuration, String suffix, Kept kept) {
        return parts(configuration).stream()
                .filter(part -> part.suffix().equals(suffix))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Cannot resize a %s: it has no part '%s'"
                        .formatted(configuration.getClass().getSimpleName(), suffix)))
                .resize()
                .apply(kept);
    }

    /** An operation through which nothing may be cut. */
    static Operation unknown(Site site, String reason) {
        Cost cost =
                new Cost(Cost.Terms.constant(site.parameters()), Cost.Terms.ZERO, Cost.Terms.ZERO, site.positions());
        return Operation.unknown(site.channels(), cost, reason);
    }

    private static <T> Rule<T> plain(Class<T> type) {
        return Rule.of(type, (configuration, site) -> Accessories.plain(site));
    }

    private static <T extends FeedForwardLayer> T both(T layer, Kept kept) {
        layer.setNIn(kept.in());
        layer.setNOut(kept.out());
        return layer;
    }
}
