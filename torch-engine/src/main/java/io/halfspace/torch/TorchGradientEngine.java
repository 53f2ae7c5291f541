package io.halfspace.torch;

import io.halfspace.dl4j.Batch;
import io.halfspace.dl4j.GradientEngine;
import io.halfspace.dl4j.Judgement;
import io.halfspace.dl4j.NetworkCopy;
import io.halfspace.dl4j.OutputLoss;
import io.halfspace.dl4j.Target;
import io.halfspace.dl4j.Values;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * The fast engine: a Deeplearning4j network computed by libtorch, with Deeplearning4j's parameters, meaning and layout.
 *
 * <p>Native memory: parameters and gradient once (on a GPU or in double precision, once more on the host), and during a call
 * whatever the pass needs, which is freed when the call ends. Gradients have the same bits from run to run with the same
 * number of threads. One engine is used by one thread, the one that opened it: libtorch's number of threads belongs to the
 * thread.
 */
public final class TorchGradientEngine implements GradientEngine {
    private final Program program;
    private final List<OutputLoss> losses;
    private final ParameterBuffer parameters;
    private final ScalarType type;
    private final TorchDevice device;
    private final ImageMemory images;

    /**
     * Opens an engine. Loads libtorch if this is the first.
     *
     * @param configurationJson configuration of the network, as Deeplearning4j writes it
     * @param device where to compute
     * @param threads native threads of one call, on the processor
     * @throws UnsupportedLayerException naming the first layer that no rule covers
     */
    public TorchGradientEngine(String configurationJson, TorchDevice device, int threads) {
        this(ComputationGraphConfiguration.fromJson(configurationJson), device, threads);
    }

    private TorchGradientEngine(ComputationGraphConfiguration configuration, TorchDevice device, int threads) {
        this(configuration, device, threads, ImageMemory.of(configuration, device));
    }

    /**
     * Opens an engine whose images lie in memory as they are told to.
     *
     * @param images one that {@link ImageMemory#possible} has
     */
    TorchGradientEngine(
            ComputationGraphConfiguration configuration, TorchDevice device, int threads, ImageMemory images) {
        ComputationGraph network = new ComputationGraph(configuration);
        network.init();
        int length;
        try {
            program = new Program(network);
            length = Math.toIntExact(network.numParams());
        } finally {
            release(network);
        }
        torch.set_num_threads(threads);
        this.device = device;
        losses = OutputLoss.of(configuration);
        type = Tensors.type(configuration.getDataType());
        this.images = images;
        parameters = new ParameterBuffer(program.parameters().all(), program.trained(), length, type, device);
    }

    /**
     * Why this engine cannot compute a network, as a clause that names the first layer without a rule; empty if it can. Loads
     * no natives of libtorch.
     *
     * @param configuration of the network; not modified
     */
    public static Optional<String> unsupported(ComputationGraphConfiguration configuration) {
        ComputationGraph network = new ComputationGraph(NetworkCopy.of(configuration));
        network.init();
        try {
            new Program(network);
            return Optional.empty();
        } catch (UnsupportedLayerException e) {
            return Optional.of("it cannot run layer '%s', %s".formatted(e.vertex(), e.reason()));
        } finally {
            release(network);
        }
    }

    /** Frees what initialising allocates; closing the network would also collect the garbage of the whole process. */
    private static void release(ComputationGraph network) {
        if (network.numParams() > 0) {
            network.params().close();
        }
    }

    @Override
    public FloatBuffer parameters() {
        return parameters.values();
    }

    @Override
    public FloatBuffer gradient() {
        return parameters.gradientValues();
    }

    @Override
    public double[] preciseGradient(Batch batch, long seed) {
        differentiate(batch, seed);
        return parameters.preciseGradient();
    }

    @Override
    public Inference inference() {
        parameters.take();
        return Judgement.inference(losses, this::answers);
    }

    @SuppressWarnings("try")
    private List<Values> answers(Batch batch) {
        try (PointerScope scope = new PointerScope();
                FlushedDenormals flushed = new FlushedDenormals();
                NoGradGuard guard = new NoGradGuard();
                Autocast autocast = new Autocast(device)) {
            Run run = run(false, batch, 0);
            List<Signal> signals = program.run(run);
            List<Values> outputs = new ArrayList<>();
            for (int i = 0; i < signals.size(); i++) {
                Optional<Tensor> mask = i < batch.targets().size()
                        ? batch.targets().get(i).mask().map(this::tensor)
                        : Optional.empty();
                Head head = program.outputs().get(i).head();
                outputs.add(
                        Tensors.values(head.answer(run, signals.get(i), mask).to(type)));
            }
            return outputs;
        } catch (RuntimeException e) {
            throw TorchMemoryException.explain(e, batch.rows(), device);
        }
    }

    @Override
    public void close() {
        parameters.close();
    }

    @Override
    @SuppressWarnings("try")
    public double differentiate(Batch batch, long seed) {
        if (batch.targets().size() != program.outputs().size()) {
            throw new IllegalArgumentException("Cannot compute a gradient: found labels for %d outputs, expected %d"
                    .formatted(batch.targets().size(), program.outputs().size()));
        }
        try (PointerScope scope = new PointerScope();
                FlushedDenormals flushed = new FlushedDenormals()) {
            parameters.take();
            Run run = run(true, batch, seed);
            TensorVector preOutputs = new TensorVector();
            TensorVector slopes = new TensorVector();
            List<Tensor> sums = new ArrayList<>();
            try (Autocast autocast = new Autocast(device)) {
                List<Signal> signals = program.run(run);
                for (int i = 0; i < signals.size(); i++) {
                    Head head = program.outputs().get(i).head();
                    Tensor preOutput = head.preOutput(run, signals.get(i)).to(type);
                    LabelTensors labels = labels(i, batch, signals.get(i));
                    preOutputs.push_back(preOutput);
                    Loss.Judged judged = labels.judge(head, preOutput.detach(), run);
                    slopes.push_back(judged.slope());
                    sums.add(judged.sum());
                }
            }
            parameters.gradient(run, preOutputs, slopes);
            double lossSum = batch.rows() * penalty(run);
            for (Tensor sum : sums) {
                lossSum += sum.item_double();
            }
            return lossSum;
        } catch (RuntimeException e) {
            throw TorchMemoryException.explain(e, batch.rows(), device);
        }
    }

    private LabelTensors labels(int output, Batch batch, Signal input) {
        Head head = program.outputs().get(output).head();
        Target target = batch.targets().get(output);
        OutputLoss loss = losses.get(output);
        Tensor labels = device.isGpu() && target instanceof Target.Classes classes
                ? oneHot(classes, loss)
                : tensor(loss.labels(target));
        Optional<Tensor> given = target.mask().map(this::tensor);
        boolean none = batch.targets().stream().allMatch(each -> each.mask().isEmpty());
        Optional<Tensor> mask =
                given.isEmpty() && none && head.takesInputMask() ? input.mask().map(Mask::values) : given;
        return new LabelTensors(
                head.labels(labels), mask.map(each -> head.mask(each, Tensors.shape(labels))), given.isPresent());
    }

    /** As {@link OutputLoss#labels}, from fewer bytes. */
    private Tensor oneHot(Target.Classes classes, OutputLoss loss) {
        Tensor indices = device.take(Tensors.of(classes.indices(), classes.shape()));
        int axis = loss.channelsLast() ? classes.shape().length : 1;
        return loss.takesIndices()
                ? indices.unsqueeze(axis).to(type)
                : torch.one_hot(indices.to(ScalarType.Long), classes.count())
                        .to(type)
                        .movedim(-1, axis);
    }

    /** Deeplearning4j's score of the regularization of all layers. */
    private double penalty(Run run) {
        double sum = 0;
        for (Program.Penalty each : program.penalties()) {
            sum += Penalties.score(each.regularization(), run.tensor(each.parameter()));
        }
        return sum;
    }

    private Map<String, Signal> signals(Batch batch) {
        List<String> names = program.inputs();
        if (batch.inputs().size() != names.size()) {
            throw new IllegalArgumentException("Cannot run the network: found %d inputs, expected %s"
                    .formatted(batch.inputs().size(), names));
        }
        Map<String, Signal> signals = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            Batch.Input input = batch.inputs().get(i);
            Optional<Mask> mask = input.mask().map(values -> new Mask(tensor(values), true));
            signals.put(names.get(i), new Signal(images.input(tensor(input.values())), mask));
        }
        return signals;
    }

    private Tensor tensor(Values values) {
        return device.take(Tensors.of(values, type));
    }

    private Run run(boolean training, Batch batch, long seed) {
        return new Run(
                training,
                !training,
                batch.rows(),
                parameters,
                type,
                device,
                images,
                device.random(seed),
                signals(batch),
                new ArrayList<>(),
                new ArrayList<>());
    }
}
