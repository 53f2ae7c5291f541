package io.halfspace.dl4j;

import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.CapsuleLayer;
import org.deeplearning4j.nn.conf.layers.CapsuleStrengthLayer;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PrimaryCapsules;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaVertex;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.conf.ocnn.OCNNOutputLayer;

/** Deeplearning4j's own layers, vertices and preprocessors through which nothing is cut, and why. */
final class Unprovable {
    private static final String CAPSULES = "its channels are arranged in capsules of a fixed size";
    private static final String REBUILDS = "it is trained to give back all channels of its input";

    private static final Map<Class<?>, String> REASONS = Map.ofEntries(
            Map.entry(AutoEncoder.class, REBUILDS),
            Map.entry(CapsuleLayer.class, CAPSULES),
            Map.entry(CapsuleStrengthLayer.class, CAPSULES),
            Map.entry(CenterLossOutputLayer.class, "its loss keeps a centre of each class among the channels it reads"),
            Map.entry(LearnedSelfAttentionLayer.class, "this version of Deeplearning4j cannot run it"),
            Map.entry(LocalResponseNormalization.class, "it divides a channel by its neighbours"),
            Map.entry(OCNNOutputLayer.class, "its loss is a distance among all channels that it reads"),
            Map.entry(PrimaryCapsules.class, CAPSULES),
            Map.entry(VariationalAutoencoder.class, REBUILDS),
            Map.entry(Yolo2OutputLayer.class, "its channels are boxes and classes in a fixed order"));

    private Unprovable() {}

    /** Why nothing is cut through it. */
    static String reason(Object configuration) {
        Class<?> type = configuration.getClass();
        return REASONS.getOrDefault(type, "there is no rule for " + kind(configuration) + type.getSimpleName());
    }

    private static String kind(Object configuration) {
        if (configuration instanceof SameDiffLambdaLayer || configuration instanceof SameDiffLambdaVertex) {
            return "the SameDiff function ";
        }
        boolean sameDiff = configuration instanceof AbstractSameDiffLayer || configuration instanceof SameDiffVertex;
        return sameDiff ? "the SameDiff class " : "";
    }

    /** The configuration classes that have a reason of their own. */
    static Set<Class<?>> types() {
        return REASONS.keySet();
    }
}
