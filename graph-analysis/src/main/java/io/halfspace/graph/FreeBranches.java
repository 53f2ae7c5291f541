package io.halfspace.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The branches without parameters that lead into the joints of a network: skip connections, and chains of pooling,
 * activations and the like. No group of trainable values stands for one, so none is ever erased; they are only told.
 *
 * <p>A branch begins where the network forks, or at a network input, and ends at a joint; no vertex on it has parameters or
 * running statistics, feeds anything but the next one, or is a network output.
 *
 * <p>Source: beyond OTOv3 (arXiv 2312.09411), which says nothing of such branches.
 *
 * <p>Cost: linear in vertices and edges; no recursion.
 */
public final class FreeBranches {
    private final TraceGraph graph;
    private final int[][] consumers;
    private final boolean[] isOutput;

    /**
     * One branch.
     *
     * @param source index of the vertex where the network forks
     * @param vertices indices of the vertices on the branch, from source to joint; empty for a skip connection
     * @param joint index of the vertex that it leads into
     * @param input which input of the joint it is
     */
    public record Branch(int source, List<Integer> vertices, int joint, int input) {
        public Branch {
            vertices = List.copyOf(vertices);
        }
    }

    private FreeBranches(TraceGraph graph) {
        this.graph = graph;
        consumers = graph.consumers();
        isOutput = new boolean[graph.size()];
        graph.outputs().forEach(output -> isOutput[output] = true);
    }

    /** All branches, in the order of their joints and of the joints' inputs. */
    public static List<Branch> of(TraceGraph graph) {
        FreeBranches search = new FreeBranches(graph);
        List<Branch> branches = new ArrayList<>();
        for (int v = 0; v < graph.size(); v++) {
            List<Integer> inputs = graph.vertex(v).inputs();
            for (int i = 0; inputs.size() > 1 && i < inputs.size(); i++) {
                search.addBranch(v, i, branches);
            }
        }
        return branches;
    }

    private void addBranch(int joint, int input, List<Branch> branches) {
        List<Integer> path = new ArrayList<>();
        int at = graph.vertex(joint).inputs().get(input);
        while (passesOn(at)) {
            path.add(at);
            at = graph.vertex(at).inputs().get(0);
        }
        boolean forks = consumers[at].length > 1 || isOutput[at];
        if (forks || graph.vertex(at).operation().kind() == Operation.Kind.INPUT) {
            Collections.reverse(path);
            branches.add(new Branch(at, path, joint, input));
        }
    }

    private boolean passesOn(int v) {
        Vertex vertex = graph.vertex(v);
        Cost cost = vertex.operation().cost();
        return vertex.inputs().size() == 1
                && consumers[v].length == 1
                && !isOutput[v]
                && cost.parameters().equals(Cost.Terms.ZERO)
                && cost.statistics().equals(Cost.Terms.ZERO);
    }
}
