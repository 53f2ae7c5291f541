package io.halfspace.dl4j;

import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.CapsuleLayer;
import org.deeplearning4j.nn.conf.layers.CapsuleStrengthLayer;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.PrimaryCapsules;
import org.deeplearning4j.nn.conf.layers.RecurrentAttentionLayer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.conf.ocnn.OCNNOutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnn3DPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor;

/** Deeplearning4j's own layers, vertices and preprocessors through which nothing is cut, and why. */
final class Unprovable {
    private static final String ATTENTION = "attention weighs the steps by all channels at once";
    private static final String BY_POSITION = "it has weights for every position, in an order that is not proven";
    private static final String CAPSULES = "its channels are arranged in capsules of a fixed size";
    private static final String FOLDED = "it folds several features into one channel";
    private static final String REBUILDS = "it is trained to give back all channels of its input";

    private static final Map<Class<?>, String> REASONS = Map.ofEntries(
            Map.entry(AttentionVertex.class, ATTENTION),
            Map.entry(AutoEncoder.class, REBUILDS),
            Map.entry(CapsuleLayer.class, CAPSULES),
            Map.entry(CapsuleStrengthLayer.class, CAPSULES),
            Map.entry(CenterLossOutputLayer.class, "its loss keeps a centre of each class among the channels it reads"),
            Map.entry(ComposableInputPreProcessor.class, "it is a chain of preprocessors"),
            Map.entry(FeedForwardToCnn3DPreProcessor.class, FOLDED),
            Map.entry(FrozenVertex.class, "it is frozen"),
            Map.entry(L2Vertex.class, "it makes one number of all channels of two inputs"),
            Map.entry(LearnedSelfAttentionLayer.class, ATTENTION),
            Map.entry(LocalResponseNormalization.class, "it divides a channel by its neighbours"),
            Map.entry(LocallyConnected1D.class, BY_POSITION),
            Map.entry(LocallyConnected2D.class, BY_POSITION),
            Map.entry(OCNNOutputLayer.class, "its loss is a distance among all channels that it reads"),
            Map.entry(PoolHelperVertex.class, "Deeplearning4j does not tell the size of its output"),
            Map.entry(PrimaryCapsules.class, CAPSULES),
            Map.entry(RecurrentAttentionLayer.class, ATTENTION),
            Map.entry(ReshapeVertex.class, "it may move values from one channel to another"),
            Map.entry(RnnToCnnPreProcessor.class, FOLDED),
            Map.entry(SelfAttentionLayer.class, ATTENTION),
            Map.entry(VariationalAutoencoder.class, REBUILDS),
            Map.entry(Yolo2OutputLayer.class, "its channels are boxes and classes in a fixed order"));

    private Unprovable() {}

    /** Why nothing is cut through it. */
    static String reason(Class<?> type) {
        return REASONS.getOrDefault(type, "there is no rule for " + type.getSimpleName());
    }

    /** The configuration classes that have a reason of their own. */
    static Set<Class<?>> types() {
        return REASONS.keySet();
    }
}
