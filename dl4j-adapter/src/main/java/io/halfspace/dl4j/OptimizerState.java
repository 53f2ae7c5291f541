package io.halfspace.dl4j;

import io.halfspace.graph.Remainder;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * What an updater remembers, parameter by parameter.
 *
 * <p>Deeplearning4j gathers neighbouring parameters of equal updaters in blocks, and keeps for each block the first memory
 * of all its parameters (Adam: m), then the second of all (v), and so on. Where blocks begin depends on what stands side by
 * side, so that cutting a network can join two of them: here every memory has the length and order of the flat parameters.
 *
 * @param memories memory k of every parameter, of shape [parameters]; 0 where a parameter's updater has fewer. Not copied
 */
record OptimizerState(List<INDArray> memories) {
    /** A copy of what an updater of so many parameters remembers. */
    static OptimizerState of(ComputationGraphUpdater updater, long parameters) {
        List<INDArray> memories = new ArrayList<>();
        for (UpdaterBlock block : updater.getUpdaterBlocks()) {
            for (int k = 0; k < memories(block); k++) {
                if (k == memories.size()) {
                    memories.add(Nd4j.zeros(updater.getStateViewArray().dataType(), parameters));
                }
                part(memories.get(k), block).assign(memory(updater, block, k));
            }
        }
        return new OptimizerState(memories);
    }

    /** What is left of it in a network that was cut. */
    OptimizerState gather(Remainder remainder) {
        return new OptimizerState(memories.stream()
                .map(memory -> SubnetworkBuilder.gather(memory, remainder).reshape(remainder.length()))
                .toList());
    }

    /** Overwrites what an updater remembers. */
    void writeTo(ComputationGraphUpdater updater) {
        for (UpdaterBlock block : updater.getUpdaterBlocks()) {
            for (int k = 0; k < memories(block); k++) {
                memory(updater, block, k).assign(part(memories.get(k), block));
            }
        }
    }

    private static int memories(UpdaterBlock block) {
        int values = block.getParamOffsetEnd() - block.getParamOffsetStart();
        return values == 0 ? 0 : (block.getUpdaterViewOffsetEnd() - block.getUpdaterViewOffsetStart()) / values;
    }

    private static INDArray part(INDArray memory, UpdaterBlock block) {
        return memory.get(NDArrayIndex.interval(block.getParamOffsetStart(), block.getParamOffsetEnd()));
    }

    private static INDArray memory(ComputationGraphUpdater updater, UpdaterBlock block, int k) {
        int values = block.getParamOffsetEnd() - block.getParamOffsetStart();
        int from = block.getUpdaterViewOffsetStart() + k * values;
        INDArray flat = updater.getStateViewArray();
        return flat.reshape(flat.length()).get(NDArrayIndex.interval(from, from + values));
    }
}
