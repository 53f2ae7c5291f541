package org.example.layers;

import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.weights.WeightInitUtil;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@code tanh(x W) * s}: a dense layer whose units have a scale each. */
public class ScaledDense extends SameDiffLayer {
    private long in;
    private long out;

    /** Deeplearning4j reads layers from JSON through this and the setters. */
    protected ScaledDense() {
        weightInit = WeightInit.XAVIER;
    }

    public ScaledDense(long out) {
        this();
        this.out = out;
    }

    @Override
    public void setNIn(InputType inputType, boolean override) {
        if (in == 0 || override) {
            in = inputType.arrayElementsPerExample();
        }
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
        return InputType.feedForward(out);
    }

    @Override
    public void defineParameters(SDLayerParams params) {
        params.clear();
        params.addWeightParam("W", in, out);
        params.addWeightParam("s", out);
    }

    @Override
    public void initializeParameters(Map<String, INDArray> params) {
        WeightInitUtil.initWeights(in, out, new long[] {in, out}, weightInit, null, 'c', params.get("W"));
        params.get("s").assign(1);
    }

    @Override
    public SDVariable defineLayer(
            SameDiff sameDiff, SDVariable input, Map<String, SDVariable> params, SDVariable mask) {
        return sameDiff.math().tanh(input.mmul(params.get("W"))).mul(params.get("s"));
    }

    public long getIn() {
        return in;
    }

    public void setIn(long in) {
        this.in = in;
    }

    public long getOut() {
        return out;
    }

    public void setOut(long out) {
        this.out = out;
    }
}
