package io.halfspace.dl4j;

import io.halfspace.graph.ChannelMap;
import io.halfspace.graph.Cost;
import io.halfspace.graph.Operation;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** Vertices that bring channels together or pick some. */
final class Joints {
    private Joints() {}

    static Operation elementWise(ElementWiseVertex vertex, Site site) {
        boolean equal = site.inputs().stream()
                .allMatch(input -> input.channels() == site.channels()
                        && input.is(site.output().type().getType()));
        if (!equal) {
            return Rules.unknown(site, "it spreads inputs of different shapes over each other");
        }
        boolean neutral = switch (vertex.getOp()) {
            case Add, Subtract -> true;
            case Product, Average, Max -> false;
        };
        Operation joint = Operation.joint(site.channels(), neutral, site.positions());
        return vertex.getOp() == ElementWiseVertex.Op.Subtract ? joint.withFirstInputNeeded() : joint;
    }

    static Operation merge(MergeVertex vertex, Site site) {
        boolean alike = site.inputs().stream()
                .allMatch(
                        input -> input.type().getType() == site.output().type().getType());
        int axis = channelAxis(site.input());
        if (!alike) {
            return Rules.unknown(site, "it stacks inputs of different kinds");
        }
        if (vertex.getMergeAxis() == axis) {
            return Operation.concat(site.channels(), site.positions());
        }
        boolean equal = site.inputs().stream().allMatch(input -> input.channels() == site.channels());
        return equal && vertex.getMergeAxis() > 0
                ? Operation.joint(site.channels(), false, site.positions())
                : Rules.unknown(
                        site,
                        "it stacks along axis %d, and the channels lie along axis %d"
                                .formatted(vertex.getMergeAxis(), axis));
    }

    /** The distance of two inputs, to which a channel that is zero in both adds nothing: they leave together. */
    static List<Part> distance(L2Vertex vertex) {
        return List.of(
                new Part("/difference", List.of(), inputs -> inputs.get(0), Joints::difference, kept -> vertex),
                Part.whole(
                        vertex,
                        List.of(0),
                        site -> Operation.accessory(1, ChannelMap.REDUCED, true, List.of(), Cost.free(1)),
                        kept -> vertex));
    }

    private static Operation difference(Site site) {
        Shape first = site.input();
        Shape second = site.inputs().get(1);
        return first.channels() == second.channels() && channelAxis(first) == channelAxis(second)
                ? Operation.joint(site.channels(), false, site.positions())
                : Rules.unknown(site, "it compares inputs of different shapes");
    }

    /** Stacks examples, not channels: a channel is zero if it is in every input. */
    static Operation stackOfExamples(Site site) {
        return Operation.joint(site.channels(), false, site.positions());
    }

    static Operation subset(SubsetVertex vertex, Site site) {
        if (channelAxis(site.input()) != 1) {
            return Rules.unknown(site, "it picks along axis 1, and the channels lie along another");
        }
        int[] source = IntStream.rangeClosed(vertex.getFrom(), vertex.getTo()).toArray();
        return Operation.accessory(
                site.channels(), new ChannelMap.Gather(source), true, List.of(), Cost.free(site.positions()));
    }

    static SubsetVertex resizedSubset(SubsetVertex vertex, Kept kept) {
        int from = (int) Arrays.stream(kept.inputs().get(0))
                .filter(c -> c < vertex.getFrom())
                .count();
        return new SubsetVertex(from, from + kept.out() - 1);
    }

    /** The axis of an array, batch first, along which its channels lie. */
    static int channelAxis(Shape shape) {
        InputType type = shape.type();
        if (type instanceof InputType.InputTypeConvolutional image) {
            return image.getFormat() == CNN2DFormat.NHWC ? 3 : 1;
        }
        if (type instanceof InputType.InputTypeRecurrent series) {
            return series.getFormat() == RNNFormat.NWC ? 2 : 1;
        }
        return 1;
    }
}
