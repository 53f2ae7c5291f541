package io.halfspace.spark;

import io.halfspace.dl4j.BaseOptimizer;
import io.halfspace.dl4j.FlatParameters;
import io.halfspace.dl4j.NetworkCopy;
import io.halfspace.dl4j.SubnetworkBuilder;
import io.halfspace.graph.ErasableSegments;
import io.halfspace.graph.GroupSet;
import io.halfspace.graph.Remainder;
import io.halfspace.graph.ZeroGroups;
import io.halfspace.solver.Phase;
import io.halfspace.solver.PlainStep;
import io.halfspace.solver.Solver;
import io.halfspace.solver.SolverState;
import io.halfspace.solver.SolverStep;
import io.halfspace.solver.StepReport;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * What is being trained: a network, its parameters, the optimiser with its memory, and what turns updates into steps. Each
 * step changes the parameters and the memory; a cut gives another one, smaller, that goes on with what stays of both.
 */
final class Trainee {
    private final Network network;
    private final float[] parameters;
    private final BaseOptimizer optimizer;
    private final SolverStep solver;
    /** The groups that are driven to zero, now or before the last cut. */
    private final GroupSet groups;
    /** By group, whether it is zero. */
    private boolean[] zero;

    private int zeroCount;
    private final Optional<Origin> origin;

    private Trainee(
            Network network,
            float[] parameters,
            BaseOptimizer optimizer,
            SolverStep solver,
            GroupSet groups,
            boolean[] zero,
            Optional<Origin> origin) {
        this.network = network;
        this.parameters = parameters;
        this.optimizer = optimizer;
        this.solver = solver;
        this.groups = groups;
        this.zero = zero;
        this.zeroCount = count(zero);
        this.origin = origin;
    }

    /** A network at its present parameters, which takes plain steps. The network is not modified. */
    static Trainee of(Network network) {
        return new Trainee(
                network,
                FlatParameters.of(network.graph()),
                new BaseOptimizer(NetworkCopy.of(network.graph())),
                new PlainStep(),
                network.groups(),
                new boolean[network.groups().count()],
                Optional.empty());
    }

    /** The same, whose groups a solver drives to zero from here on. */
    Trainee drivenBy(Solver driver, GroupSet driven) {
        return new Trainee(network, parameters, optimizer, driver, driven, new boolean[driven.count()], origin);
    }

    /**
     * What is left without the groups that are zero, read off the parameters; it takes plain steps.
     *
     * @param analysis analyses the built network
     */
    Trainee cut(Function<ComputationGraph, Network> analysis) {
        boolean[] gone = ZeroGroups.removable(groups, parameters);
        Remainder remainder = groups.without(gone);
        ComputationGraph built = SubnetworkBuilder.build(toGraph(), network.trace(), remainder);
        return new Trainee(
                analysis.apply(built),
                remainder.gather(parameters),
                optimizer.cut(NetworkCopy.of(built), remainder),
                new PlainStep(Phase.FROZEN),
                groups,
                gone,
                Optional.of(new Origin(network, parameters, remainder, origin)));
    }

    /**
     * What the base optimiser wants to subtract.
     *
     * @param sum of the gradients; modified: frozen parameters are silenced, so that the norms by which gradients are clipped
     *     are those of what is still trained
     */
    float[] update(GradientRound.Sum sum, int step, int epoch) {
        if (!isCut()) {
            for (int g = 0; g < zero.length; g++) {
                if (zero[g]) {
                    groups.trainable().clear(g, sum.gradient());
                }
            }
        }
        return optimizer.update(parameters, sum.gradient(), sum.rows(), sum.minibatches(), step, epoch);
    }

    /** Takes the step; modifies the parameters. */
    StepReport step(float[] update, int step, int epoch) {
        StepReport report = solver.step(parameters, update, learningRate(step, epoch));
        if (report.projections() > 0 && solver instanceof Solver driver) {
            zero = driver.zeroGroups();
            zeroCount = report.zeroGroups();
        }
        return report;
    }

    /** What the solver needs to go on; empty where plain steps are taken. */
    Optional<SolverState> solverState() {
        return solver instanceof Solver driver ? Optional.of(driver.state()) : Optional.empty();
    }

    /** Writes what the optimiser remembers. */
    void saveOptimizer(DataOutput out) throws IOException {
        optimizer.save(out);
    }

    /** Overwrites the parameters. {@code values} is not modified. */
    void load(float[] values) {
        if (values.length != parameters.length) {
            throw new IllegalArgumentException(
                    "Cannot go on: found %d parameters, expected %d".formatted(values.length, parameters.length));
        }
        System.arraycopy(values, 0, parameters, 0, values.length);
    }

    /** Goes on from what {@link #parameters}, {@link #saveOptimizer} and {@link #solverState} gave. */
    void restore(float[] values, DataInput memory, Optional<SolverState> state) throws IOException {
        load(values);
        optimizer.restore(memory);
        if (solver instanceof Solver driver) {
            driver.restore(state.orElseThrow(() -> new IOException("Cannot go on: the solver's state is missing")));
            zero = driver.zeroGroups();
            zeroCount = count(zero);
        }
    }

    double learningRate(int step, int epoch) {
        return optimizer.learningRate(step, epoch);
    }

    Network network() {
        return network;
    }

    /** The flat parameters as they are now; not to be modified. */
    float[] parameters() {
        return parameters;
    }

    /** The groups that are driven to zero, now or before the last cut. */
    GroupSet groups() {
        return groups;
    }

    /** By group, whether it is zero (or gone); not to be modified. */
    boolean[] zero() {
        return zero;
    }

    /** How many groups are zero, or gone. */
    int zeroCount() {
        return zeroCount;
    }

    /**
     * Segments that stay although they were more redundant than a chosen one, most redundant first, because the network
     * needs them; none before the choice.
     */
    List<String> passedOver() {
        if (groups instanceof ErasableSegments segments && solver instanceof Solver driver) {
            return IntStream.of(driver.passedOver()).mapToObj(segments::name).toList();
        }
        return List.of();
    }

    /** How often the network was cut. */
    int cuts() {
        int cuts = 0;
        for (Optional<Origin> at = origin; at.isPresent(); at = at.get().before()) {
            cuts++;
        }
        return cuts;
    }

    /** What the network was cut out of, if it was. */
    Optional<Origin> origin() {
        return origin;
    }

    /** A network of its own with the present parameters. */
    ComputationGraph toGraph() {
        ComputationGraph graph = NetworkCopy.of(network.graph());
        FlatParameters.set(graph, parameters);
        return graph;
    }

    /** Whether the groups are those of the network before a cut, not of this one. */
    private boolean isCut() {
        return groups.graph() != network.trace();
    }

    private static int count(boolean[] flags) {
        int count = 0;
        for (boolean flag : flags) {
            count += flag ? 1 : 0;
        }
        return count;
    }
}
