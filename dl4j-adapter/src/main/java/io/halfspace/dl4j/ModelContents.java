package io.halfspace.dl4j;

import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * What a model file holds.
 *
 * @param network the network, initialised
 * @param inputs what each input of the network takes, in order; empty if the file does not say
 * @param ownUpdater whether the file says how the network is to be trained
 */
public record ModelContents(ComputationGraph network, List<InputType> inputs, boolean ownUpdater) {
    public ModelContents {
        inputs = List.copyOf(inputs);
    }
}
