package io.halfspace.torch;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.Pooling1D;
import org.deeplearning4j.nn.conf.layers.Pooling2D;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
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

/** All kinds of layers, vertices and preprocessors that can be computed, one rule each; anything else is unsupported. */
final class TorchRules {
    @SuppressWarnings("deprecation") // Stored networks still hold layers of Graves.
    private static final List<Rule<?, Step>> STEPS = List.of(
            Rule.of(DenseLayer.class, FeedForward::dense),
            Rule.of(ElementWiseMultiplicationLayer.class, FeedForward::elementWiseMultiplication),
            Rule.of(ActivationLayer.class, FeedForward::activation),
            Rule.of(DropoutLayer.class, FeedForward::dropout),
            Rule.of(MaskLayer.class, FeedForward::mask),
            Rule.of(RepeatVector.class, FeedForward::repeat),
            Rule.of(PReLULayer.class, FeedForward::parametricRelu),
            Rule.of(EmbeddingLayer.class, FeedForward::embedding),
            Rule.of(EmbeddingSequenceLayer.class, FeedForward::embeddingSequence),
            Rule.of(ConvolutionLayer.class, Convolutions::plain),
            Rule.of(Convolution2D.class, Convolutions::plain),
            Rule.of(Convolution1DLayer.class, Convolutions::overTime),
            Rule.of(Convolution1D.class, Convolutions::overTime),
            Rule.of(Convolution3D.class, Convolutions::volume),
            Rule.of(Deconvolution2D.class, Convolutions::transposed),
            Rule.of(Deconvolution3D.class, Convolutions::transposedVolume),
            Rule.of(DepthwiseConvolution2D.class, Convolutions::depthwise),
            Rule.of(SeparableConvolution2D.class, Convolutions::separable),
            Rule.of(BatchNormalization.class, Normalizations::batch),
            Rule.of(LocalResponseNormalization.class, Normalizations::localResponse),
            Rule.of(SubsamplingLayer.class, Pooling::images),
            Rule.of(Pooling2D.class, Pooling::images),
            Rule.of(Subsampling1DLayer.class, Pooling::series),
            Rule.of(Pooling1D.class, Pooling::series),
            Rule.of(Subsampling3DLayer.class, Pooling::volumes),
            Rule.of(GlobalPoolingLayer.class, GlobalPooling::of),
            Rule.of(Upsampling1D.class, Resizing::upsampling1d),
            Rule.of(Upsampling2D.class, Resizing::upsampling2d),
            Rule.of(Upsampling3D.class, Resizing::upsampling3d),
            Rule.of(ZeroPadding1DLayer.class, Resizing::padding1d),
            Rule.of(ZeroPaddingLayer.class, Resizing::padding2d),
            Rule.of(ZeroPadding3DLayer.class, Resizing::padding3d),
            Rule.of(Cropping1D.class, Resizing::cropping1d),
            Rule.of(Cropping2D.class, Resizing::cropping2d),
            Rule.of(Cropping3D.class, Resizing::cropping3d),
            Rule.of(SpaceToDepthLayer.class, Resizing::spaceToDepth),
            Rule.of(SpaceToBatchLayer.class, Resizing::spaceToBatch),
            Rule.of(LSTM.class, Recurrent::lstm),
            Rule.of(GravesLSTM.class, Recurrent::gravesLstm),
            Rule.of(GravesBidirectionalLSTM.class, Recurrent::gravesBidirectionalLstm),
            Rule.of(SimpleRnn.class, Recurrent::simple),
            Rule.of(Bidirectional.class, Wrappers::bidirectional),
            Rule.of(LastTimeStep.class, Wrappers::lastTimeStep),
            Rule.of(MaskZeroLayer.class, Wrappers::maskZero),
            Rule.of(TimeDistributed.class, Wrappers::timeDistributed),
            Rule.of(FrozenLayer.class, Wrappers::frozen),
            Rule.of(FrozenLayerWithBackprop.class, Wrappers::frozenWithBackprop),
            Rule.of(FrozenVertex.class, Wrappers::frozenVertex),
            Rule.of(LastTimeStepVertex.class, Wrappers::lastTimeStepVertex),
            Rule.of(DuplicateToTimeSeriesVertex.class, Wrappers::duplicate),
            Rule.of(ReverseTimeSeriesVertex.class, Wrappers::reverse),
            Rule.of(ElementWiseVertex.class, Vertices::elementWise),
            Rule.of(MergeVertex.class, Vertices::merge),
            Rule.of(SubsetVertex.class, Vertices::subset),
            Rule.of(StackVertex.class, Vertices::stack),
            Rule.of(UnstackVertex.class, Vertices::unstack),
            Rule.of(ScaleVertex.class, Vertices::scale),
            Rule.of(ShiftVertex.class, Vertices::shift),
            Rule.of(ReshapeVertex.class, Vertices::reshape),
            Rule.of(L2NormalizeVertex.class, Vertices::l2Normalize),
            Rule.of(L2Vertex.class, Vertices::l2),
            Rule.of(PoolHelperVertex.class, Vertices::poolHelper),
            Rule.of(PreprocessorVertex.class, Vertices::preprocessor),
            Rule.of(CnnToFeedForwardPreProcessor.class, Preprocessors::flatten),
            Rule.of(Cnn3DToFeedForwardPreProcessor.class, Preprocessors::flattenVolume),
            Rule.of(FeedForwardToCnnPreProcessor.class, Preprocessors::unflatten),
            Rule.of(FeedForwardToCnn3DPreProcessor.class, Preprocessors::unflattenVolume),
            Rule.of(RnnToFeedForwardPreProcessor.class, Preprocessors::toRows),
            Rule.of(FeedForwardToRnnPreProcessor.class, Preprocessors::toSeries),
            Rule.of(CnnToRnnPreProcessor.class, Preprocessors::imagesToSeries),
            Rule.of(RnnToCnnPreProcessor.class, Preprocessors::seriesToImages),
            Rule.of(ComposableInputPreProcessor.class, Preprocessors::chain));

    private static final List<Rule<?, Head>> HEADS = List.of(
            Rule.of(OutputLayer.class, Outputs::output),
            Rule.of(RnnOutputLayer.class, Outputs::rnnOutput),
            Rule.of(LossLayer.class, Outputs::loss),
            Rule.of(RnnLossLayer.class, Outputs::rnnLoss),
            Rule.of(CnnLossLayer.class, Outputs::cnnLoss),
            Rule.of(Cnn3DLossLayer.class, Outputs::cnn3dLoss));

    private static final Map<Class<?>, Rule<?, Step>> STEP_OF = byType(STEPS);
    private static final Map<Class<?>, Rule<?, Head>> HEAD_OF = byType(HEADS);

    private TorchRules() {}

    /** How configurations of one class are computed; subclasses need rules of their own. */
    private record Rule<T, R>(Class<T> type, BiFunction<T, Site, R> translation) {
        static <T, R> Rule<T, R> of(Class<T> type, BiFunction<T, Site, ? extends R> translation) {
            return new Rule<>(type, translation::apply);
        }

        R apply(Object configuration, Site site) {
            return translation.apply(type.cast(configuration), site);
        }
    }

    /** The configuration classes that rules cover. */
    static Set<Class<?>> types() {
        return Stream.concat(STEP_OF.keySet().stream(), HEAD_OF.keySet().stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * How a layer, vertex or preprocessor is computed.
     *
     * @throws UnsupportedLayerException if no rule covers it
     */
    static Step step(Object configuration, Site site) {
        return found(STEP_OF, "", configuration, site).apply(configuration, site);
    }

    /**
     * How an output layer is computed and judged.
     *
     * @throws UnsupportedLayerException if no rule covers it
     */
    static Head head(Object configuration, Site site) {
        return found(HEAD_OF, " that ends a network", configuration, site).apply(configuration, site);
    }

    private static <R> Rule<?, R> found(Map<Class<?>, Rule<?, R>> rules, String role, Object configuration, Site site) {
        Rule<?, R> rule = rules.get(configuration.getClass());
        if (rule == null) {
            throw site.unsupported("there is no rule for a %s%s"
                    .formatted(configuration.getClass().getSimpleName(), role));
        }
        return rule;
    }

    private static <R> Map<Class<?>, Rule<?, R>> byType(List<Rule<?, R>> rules) {
        return rules.stream().collect(Collectors.toUnmodifiableMap(Rule::type, Function.identity()));
    }
}
