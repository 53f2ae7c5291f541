package io.halfspace.dl4j;

import java.util.Map;

/**
 * The bodies of networks that have more operators than they need, to be erased one by one; each gives the name of the vertex
 * that the classifier reads.
 *
 * <p>Source: OTOv3 (arXiv 2312.09411) section 4 and its published figures, which tell operators, not widths: the default
 * widths come near the published sizes.
 */
final class SuperNetworks {
    private SuperNetworks() {}

    /**
     * DemoSupNet: a stem, then a convolution, a max-pooled convolution and an average pooling side by side, stacked; then two
     * convolutions side by side, summed. By default 0.81 M parameters and 203 M multiplications of 28x28 (published: 0.82 M
     * and 209 M).
     */
    static String demoSupNet(GraphSketch sketch, Map<String, Integer> sizes) {
        int width = sizes.get("width");
        int wide = Math.max(1, width * 5 / 2);
        String stem = sketch.convolutionBlock("stem", GraphSketch.INPUT, width, 3, 1);
        String plain = sketch.convolutionBlock("plain", stem, width, 3, 1);
        String maximum = sketch.convolutionBlock("pooled", sketch.maxPoolingSame("maximum", stem, 1), width, 3, 1);
        String average = sketch.averagePoolingSame("average", stem, 1);
        String x = sketch.concat("concat", plain, maximum, average);
        x = sketch.convolutionBlock("mix", x, wide, 3, 2);
        String left = sketch.normalizedConvolution("left", x, wide, 3, 1);
        String right = sketch.normalizedConvolution("right", x, wide, 3, 1);
        return sketch.globalPooling(sketch.relu("sum", sketch.sum("sum", left, right)));
    }

    /**
     * StackedUnets: two U-nets side by side on the image, summed. The first halves by pooling, the second by strides. Vertex
     * names end in the numbers of the published figure, {@code conv13} to {@code resize19} and so on.
     *
     * <p>Deviation: a convolution has a bias unless batch-norm follows it at once.
     */
    static String stackedUnets(GraphSketch sketch, Map<String, Integer> sizes) {
        int width = sizes.get("width");
        return sketch.globalPooling(sketch.sum("add76", pooledUnet(sketch, width), stridedUnet(sketch, width)));
    }

    private static String pooledUnet(GraphSketch sketch, int width) {
        String x = sketch.bareConvolution("conv0", GraphSketch.INPUT, width, 1, false);
        x = sketch.bareRelu("relu2", sketch.normalization("bn1", x));
        String full = sketch.bareConvolution("conv3", x, width, 1, true);
        x = sketch.maxPooling("maxpool4", full);
        x = sketch.bareRelu("relu6", sketch.bareConvolution("conv5", x, width, 1, true));
        x = sketch.bareRelu("relu8", sketch.bareConvolution("conv7", x, width, 1, true));
        String half = sketch.normalization("bn9", x);
        x = sketch.bareConvolution("conv11", sketch.maxPooling("maxpool10", half), width, 1, true);
        String quarter = sketch.bareConvolution("conv12", x, width, 1, true);
        x = sketch.bareConvolution("conv14", sketch.maxPooling("maxpool13", quarter), width, 1, true);
        x = sketch.doubled("resize19", sketch.bareConvolution("conv15", x, width, 1, true));
        x = sketch.doubled("resize24", sketch.sum("add20", x, quarter));
        x = sketch.bareConvolution("conv26", sketch.sum("add25", x, half), width, 1, true);
        x = sketch.bareConvolution("conv27", x, width, 1, false);
        x = sketch.doubled("resize33", sketch.bareRelu("relu29", sketch.normalization("bn28", x)));
        x = sketch.bareRelu("relu35", sketch.sum("add34", x, full));
        x = sketch.bareRelu("relu37", sketch.bareConvolution("conv36", x, width, 1, true));
        return sketch.normalization("bn38", x);
    }

    private static String stridedUnet(GraphSketch sketch, int width) {
        String x = sketch.bareConvolution("conv39", GraphSketch.INPUT, width, 1, false);
        String full = sketch.bareRelu("relu41", sketch.normalization("bn40", x));
        x = sketch.bareConvolution("conv42", full, width, 2, true);
        String half = sketch.bareRelu("relu44", sketch.bareConvolution("conv43", x, width, 1, true));
        x = sketch.bareRelu("relu46", sketch.bareConvolution("conv45", half, width, 2, true));
        x = sketch.bareConvolution("conv48", sketch.normalization("bn47", x), width, 1, true);
        String quarter = sketch.bareConvolution("conv49", x, width, 1, true);
        x = sketch.bareConvolution("conv50", quarter, width, 2, true);
        x = sketch.bareConvolution("conv51", x, width, 1, true);
        x = sketch.doubled("resize56", sketch.bareConvolution("conv52", x, width, 1, true));
        x = sketch.doubled("resize61", sketch.sum("add57", x, quarter));
        x = sketch.bareConvolution("conv63", sketch.sum("add62", x, half), width, 1, true);
        x = sketch.bareConvolution("conv64", x, width, 1, false);
        x = sketch.doubled("resize70", sketch.bareRelu("relu66", sketch.normalization("bn65", x)));
        x = sketch.bareRelu("relu72", sketch.sum("add71", x, full));
        x = sketch.bareRelu("relu74", sketch.bareConvolution("conv73", x, width, 1, true));
        return sketch.normalization("bn75", x);
    }

    /**
     * SuperResNet: three stages of residual blocks, each block twice a 3x3, a 5x5 and a 7x7 convolution side by side,
     * summed. Stages after the first halve the image and double the width; their first block has a 1x1 shortcut.
     */
    static String superResNet(GraphSketch sketch, Map<String, Integer> sizes) {
        int width = sizes.get("width");
        String x = sketch.convolutionBlock("stem", GraphSketch.INPUT, width, 3, 1);
        for (int stage = 1; stage <= 3; stage++) {
            for (int block = 1; block <= sizes.get("depth"); block++) {
                boolean narrows = stage > 1 && block == 1;
                x = superBlock(sketch, "s%db%d".formatted(stage, block), x, width << (stage - 1), narrows);
            }
        }
        return sketch.globalPooling(x);
    }

    private static String superBlock(GraphSketch sketch, String name, String from, int width, boolean narrows) {
        int stride = narrows ? 2 : 1;
        String[] first = parallel(sketch, name + "-1", from, width, stride, 3);
        String x = sketch.relu(name + "-1", sketch.sum(name + "-1-add", first));
        String[] second = parallel(sketch, name + "-2", x, width, 1, 4);
        second[3] = narrows ? sketch.normalizedConvolution(name + "-shortcut", from, width, 1, stride) : from;
        return sketch.relu(name, sketch.sum(name + "-add", second));
    }

    /** 3x3, 5x5 and 7x7, in an array that has room for {@code places} names. */
    private static String[] parallel(GraphSketch sketch, String name, String from, int width, int stride, int places) {
        String[] branches = new String[places];
        for (int i = 0; i < 3; i++) {
            int kernel = 3 + 2 * i;
            branches[i] = sketch.normalizedConvolution(name + "-" + kernel + "x" + kernel, from, width, kernel, stride);
        }
        return branches;
    }
}
