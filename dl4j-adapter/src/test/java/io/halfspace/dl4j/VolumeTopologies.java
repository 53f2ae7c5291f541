package io.halfspace.dl4j;

import static io.halfspace.dl4j.Blocks.VOLUME;
import static io.halfspace.dl4j.Blocks.add;
import static io.halfspace.dl4j.Blocks.dense;
import static io.halfspace.dl4j.Blocks.output;
import static io.halfspace.dl4j.Blocks.prunable;

import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling3D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding3DLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping3D;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Images with a third dimension. */
final class VolumeTopologies {
    private VolumeTopologies() {}

    static List<Topology> all() {
        return List.of(
                prunable("volume", VOLUME, g -> {
                    g.addLayer("c1", conv3d(4), "in0");
                    g.addLayer("pad", new ZeroPadding3DLayer.Builder(1).build(), "c1");
                    g.addLayer("crop", new Cropping3D.Builder(1, 0, 1).build(), "pad");
                    g.addLayer("c2", conv3d(5), "crop");
                    g.addLayer("down", down3d(Subsampling3DLayer.PoolingType.MAX), "c2");
                    g.addLayer("up", new Upsampling3D.Builder(2).build(), "down");
                    g.addLayer("c3", conv3d(4), "up");
                    g.addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "c3");
                    g.addLayer("out", output(), "pool").setOutputs("out");
                }),
                prunable("flattened volume", VOLUME, g -> {
                    g.addLayer("c1", conv3d(4), "in0");
                    g.addLayer("down", down3d(Subsampling3DLayer.PoolingType.AVG), "c1");
                    g.addLayer("d1", dense(5, Activation.RELU), "down");
                    g.addLayer("out", output(), "d1").setOutputs("out");
                }),
                prunable("joined volumes", VOLUME, g -> {
                    g.addLayer("c1", conv3d(4), "in0");
                    g.addLayer("c2", conv3d(4), "c1");
                    g.addVertex("add", add(), "c1", "c2");
                    g.addVertex("cat", new MergeVertex(), "add", "c2");
                    g.addLayer("c3", conv3d(3), "cat");
                    g.addLayer("pool", new GlobalPoolingLayer(PoolingType.MAX), "c3");
                    g.addLayer("out", output(), "pool").setOutputs("out");
                }),
                prunable("transposed convolution of volumes", VOLUME, g -> {
                    g.addLayer("c1", conv3d(4), "in0");
                    g.addLayer(
                            "up",
                            new Deconvolution3D.Builder()
                                    .kernelSize(2, 3, 2)
                                    .stride(2, 2, 2)
                                    .nOut(5)
                                    .activation(Activation.RELU)
                                    .build(),
                            "c1");
                    g.addLayer("c2", conv3d(3), "up");
                    g.addLayer(
                            "out",
                            new Cnn3DLossLayer.Builder(Convolution3D.DataFormat.NCDHW)
                                    .lossFunction(LossFunction.MSE)
                                    .build(),
                            "c2");
                    g.setOutputs("out");
                }));
    }

    private static Convolution3D conv3d(int channels) {
        return new Convolution3D.Builder(2, 3, 2)
                .convolutionMode(ConvolutionMode.Same)
                .nOut(channels)
                .activation(Activation.RELU)
                .build();
    }

    private static Subsampling3DLayer down3d(Subsampling3DLayer.PoolingType type) {
        return new Subsampling3DLayer.Builder(type, new int[] {2, 2, 2}, new int[] {2, 2, 2}).build();
    }
}
