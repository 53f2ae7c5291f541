package io.halfspace.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** Recurrent layers and what wraps them, with series that end early and without. */
@SuppressWarnings("deprecation") // Stored networks still hold layers of Graves.
final class RecurrentEqualityTest {
    @TestFactory
    Stream<DynamicTest> layers() {
        Cases cases = new Cases();
        for (RNNFormat format : RNNFormat.values()) {
            InputType input = InputType.recurrent(3, 5, format);
            for (BaseRecurrentLayer layer : List.of(
                    lstm(),
                    new LSTM.Builder().nOut(4).activation(Activation.SOFTSIGN).build(),
                    new LSTM.Builder()
                            .nOut(4)
                            .gateActivationFunction(Activation.HARDSIGMOID)
                            .build(),
                    new GravesLSTM.Builder().nOut(4).build(),
                    simple())) {
                layer.setRnnDataFormat(format);
                String name = "%s %s %s".formatted(layer.getClass().getSimpleName(), layer.getActivationFn(), format);
                cases.add(name, input, lower(format), layer);
            }
        }
        InputType input = InputType.recurrent(3, 5);
        for (BaseRecurrentLayer layer : List.of(
                lstm(),
                new GravesLSTM.Builder().nOut(4).build(),
                new GravesBidirectionalLSTM.Builder().nOut(4).build(),
                simple())) {
            cases.masked(layer.getClass().getSimpleName(), input, lstm(), layer);
        }
        cases.add(
                "both ways of Graves",
                input,
                lstm(),
                new GravesBidirectionalLSTM.Builder().nOut(4).build());
        return cases.tests();
    }

    @TestFactory
    Stream<DynamicTest> wrappers() {
        Cases cases = new Cases();
        InputType input = InputType.recurrent(3, 5);
        InputType nwc = InputType.recurrent(3, 5, RNNFormat.NWC);
        for (Bidirectional.Mode mode : Bidirectional.Mode.values()) {
            cases.add("both ways, " + mode, input, lstm(), new Bidirectional(mode, lstm()));
            cases.masked("both ways, " + mode, input, lstm(), new Bidirectional(mode, simple()));
        }
        cases.add("last step", input, simple(), new LastTimeStep(lstm()));
        cases.add(
                "last step of both ways",
                input,
                simple(),
                new LastTimeStep(new Bidirectional(Bidirectional.Mode.CONCAT, lstm())));
        cases.maskedAndRounded("last step", input, simple(), new LastTimeStep(lstm()));
        cases.maskedAndRounded("last step NWC", nwc, lower(RNNFormat.NWC), new LastTimeStep(lower(RNNFormat.NWC)));
        cases.maskedAndRounded("last step of a simple layer", input, new LastTimeStep(simple()));
        cases.add("steps masked by value", input, new MaskZeroLayer(lstm(), 0.0));
        cases.add(
                "each step",
                input,
                lstm(),
                new TimeDistributed(new DenseLayer.Builder().nOut(4).build()));
        cases.masked(
                "dense between",
                input,
                lstm(),
                new DenseLayer.Builder().nOut(4).build(),
                lstm(),
                new ActivationLayer(new ActivationTanH()));
        cases.add(
                "both ways NWC",
                nwc,
                new Bidirectional(
                        Bidirectional.Mode.CONCAT,
                        new LSTM.Builder().nOut(4).dataFormat(RNNFormat.NWC).build()));
        return cases.tests();
    }

    /** LSTM layers in random order and of random sizes, alone, both ways, and frozen, which learn above and below each other. */
    @TestFactory
    Stream<DynamicTest> stacks() {
        Cases cases = new Cases();
        for (int seed = 1; seed <= 12; seed++) {
            Random random = new Random(seed);
            RNNFormat format = RNNFormat.values()[seed % 2];
            InputType input = InputType.recurrent(1 + random.nextInt(9), 1 + random.nextInt(11), format);
            List<Layer> layers = new ArrayList<>();
            for (int i = 0; i < 2 + random.nextInt(2); i++) {
                layers.add(ofRandomSize(random, format));
            }
            if (random.nextBoolean()) {
                layers.add(1, new FrozenLayerWithBackprop(lower(format)));
            }
            if (seed % 3 == 0) {
                layers.add(new LastTimeStep(ofRandomSize(random, format)));
            }
            cases.add("stack, " + format, input, layers.toArray(Layer[]::new));
        }
        return cases.tests();
    }

    private static Layer ofRandomSize(Random random, RNNFormat format) {
        LSTM layer = new LSTM.Builder()
                .nOut(1 + random.nextInt(19))
                .activation(Activation.TANH)
                .dataFormat(format)
                .build();
        Bidirectional.Mode[] modes = Bidirectional.Mode.values();
        return random.nextInt(3) == 0 ? new Bidirectional(modes[random.nextInt(modes.length)], layer) : layer;
    }

    private static LSTM lower(RNNFormat format) {
        return new LSTM.Builder().nOut(3).dataFormat(format).build();
    }

    private static LSTM lstm() {
        return new LSTM.Builder().nOut(4).activation(Activation.TANH).build();
    }

    private static SimpleRnn simple() {
        return new SimpleRnn.Builder().nOut(4).build();
    }
}
