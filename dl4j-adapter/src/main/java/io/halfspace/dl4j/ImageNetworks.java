package io.halfspace.dl4j;

/** The bodies of small image classifiers; each gives the name of the vertex that the classifier reads. */
final class ImageNetworks {
    private ImageNetworks() {}

    /** For the 8x8 digits: three convolutions. */
    static String digits(GraphSketch sketch) {
        String x = sketch.convolutionBlock("block1", GraphSketch.INPUT, 16, 3, 1);
        x = sketch.convolutionBlock("block2", x, 32, 3, 1);
        x = sketch.maxPooling("halve", x);
        x = sketch.convolutionBlock("block3", x, 32, 3, 1);
        return sketch.globalPooling(x);
    }

    /** LeNet as Caffe draws it: 20 and 50 channels, 500 hidden units, convolutions with bias. */
    static String lenet(GraphSketch sketch) {
        String x = sketch.plainConvolution("conv1", GraphSketch.INPUT, 20, 5);
        x = sketch.maxPooling("pool1", x);
        x = sketch.plainConvolution("conv2", x, 50, 5);
        x = sketch.maxPooling("pool2", x);
        return sketch.dense("dense", x, 500);
    }

    /** A concatenation of three parallel branches, then a sum of two branches and a skip: one joint of each kind. */
    static String branches(GraphSketch sketch) {
        String stem = sketch.convolutionBlock("stem", GraphSketch.INPUT, 16, 3, 1);
        String wide = sketch.convolutionBlock("branch5", stem, 8, 5, 1);
        String middle = sketch.convolutionBlock("branch3", stem, 16, 3, 1);
        String narrow = sketch.convolutionBlock("branch1", stem, 8, 1, 1);
        String x = sketch.concat("concat", wide, middle, narrow);
        x = sketch.maxPooling("halve", sketch.convolutionBlock("mix", x, 32, 3, 1));
        String deep = sketch.normalizedConvolution("deep2", sketch.convolutionBlock("deep1", x, 32, 3, 1), 32, 3, 1);
        String shallow = sketch.normalizedConvolution("shallow", x, 32, 1, 1);
        x = sketch.relu("add", sketch.sum("add", deep, shallow, x));
        return sketch.globalPooling(sketch.convolutionBlock("last", x, 32, 3, 1));
    }

    /** ResNet-20 of the CIFAR table (He et al. 2015, 4.2), with trainable shortcuts (option B) throughout. */
    static String resnet20(GraphSketch sketch) {
        return residualStages(sketch, 3, 16, 32, 64);
    }

    /** ResNet-18 with a 3x3 stem and no first pooling, as used for 32x32 images. */
    static String resnet18(GraphSketch sketch) {
        return residualStages(sketch, 2, 64, 128, 256, 512);
    }

    private static String residualStages(GraphSketch sketch, int blocks, int... widths) {
        String x = sketch.convolutionBlock("stem", GraphSketch.INPUT, widths[0], 3, 1);
        for (int stage = 0; stage < widths.length; stage++) {
            for (int block = 0; block < blocks; block++) {
                boolean narrows = stage > 0 && block == 0;
                x = residualBlock(sketch, "s%db%d".formatted(stage + 1, block + 1), x, widths[stage], narrows);
            }
        }
        return sketch.globalPooling(x);
    }

    private static String residualBlock(GraphSketch sketch, String name, String from, int width, boolean narrows) {
        int stride = narrows ? 2 : 1;
        String x = sketch.convolutionBlock(name + "-1", from, width, 3, stride);
        x = sketch.normalizedConvolution(name + "-2", x, width, 3, 1);
        String shortcut = narrows ? sketch.normalizedConvolution(name + "-shortcut", from, width, 1, stride) : from;
        return sketch.relu(name, sketch.sum(name + "-add", x, shortcut));
    }

    /** VGG-16 with batch-norm and the classifier of the published tables: two hidden layers of 512. */
    static String vgg16(GraphSketch sketch) {
        int[][] stages = {{64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}};
        String x = GraphSketch.INPUT;
        for (int stage = 0; stage < stages.length; stage++) {
            for (int i = 0; i < stages[stage].length; i++) {
                x = sketch.convolutionBlock("s%dc%d".formatted(stage + 1, i + 1), x, stages[stage][i], 3, 1);
            }
            x = sketch.maxPooling("s%d-pool".formatted(stage + 1), x);
        }
        return sketch.dense("dense2", sketch.dense("dense1", sketch.globalPooling(x), 512), 512);
    }
}
