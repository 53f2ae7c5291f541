package io.halfspace.dl4j;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Turns a network that takes images with the channels last, as Keras has them, into one that takes them first, as data and
 * kernels here have them. Parameters stay as they are, but for the rows of dense layers behind flattened images: these
 * change from height, width, channel to channel, height, width.
 *
 * <p>A network with a layer between images that is not known here stays as it is.
 */
final class ChannelsFirst {
    private static final List<Class<? extends GraphVertex>> INDIFFERENT =
            List.of(ElementWiseVertex.class, ScaleVertex.class, ShiftVertex.class);

    private final ComputationGraphConfiguration configuration;
    private final Map<String, InputType> types;

    /** Dense layers by the flattened image that they read. */
    private final Map<String, InputTypeConvolutional> rows = new LinkedHashMap<>();

    private ChannelsFirst(ComputationGraphConfiguration configuration, Map<String, InputType> types) {
        this.configuration = configuration;
        this.types = types;
    }

    /**
     * The network channels first if it can be, else the network.
     *
     * @param network not to be used any more
     * @param inputs what it takes
     */
    static ModelContents of(ComputationGraph network, List<InputType> inputs) {
        if (inputs.stream().noneMatch(ChannelsFirst::isImage)) {
            return new ModelContents(network, inputs, false);
        }
        String json = network.getConfiguration().toJson();
        Map<String, InputType> types = ComputationGraphConfiguration.fromJson(json)
                .getLayerActivationTypes(true, false, inputs.toArray(InputType[]::new));
        ChannelsFirst turned = new ChannelsFirst(ComputationGraphConfiguration.fromJson(json), types);
        if (!turned.turn()) {
            return new ModelContents(network, inputs, false);
        }
        ComputationGraph first = new ComputationGraph(turned.configuration);
        first.init(network.params(), false);
        turned.rows.forEach((layer, image) -> reorder(first.getLayer(layer).getParam("W"), image));
        return new ModelContents(
                first, inputs.stream().map(ChannelsFirst::first).toList(), false);
    }

    private boolean turn() {
        for (Map.Entry<String, GraphVertex> vertex : configuration.getVertices().entrySet()) {
            if (!turn(vertex.getKey(), vertex.getValue())) {
                return false;
            }
        }
        return true;
    }

    private boolean turn(String name, GraphVertex vertex) {
        List<InputType> given = configuration.getVertexInputs().get(name).stream()
                .map(types::get)
                .toList();
        if (given.stream().noneMatch(ChannelsFirst::isImage) && !isImage(types.get(name))) {
            return true;
        }
        if (vertex instanceof LayerVertex layer) {
            if (layer.getPreProcessor() != null) {
                return turn(layer.getPreProcessor(), given.get(0))
                        && feeds(name, (InputTypeConvolutional) given.get(0));
            }
            return turn(layer.getLayerConf().getLayer());
        }
        if (vertex instanceof PreprocessorVertex flatten) {
            return turn(flatten.getPreProcessor(), given.get(0))
                    && readers(name).stream().allMatch(reader -> feeds(reader, (InputTypeConvolutional) given.get(0)));
        }
        if (vertex instanceof MergeVertex merge) {
            int axis = merge.getMergeAxis();
            merge.setMergeAxis(axis == 3 || axis == -1 ? 1 : axis == 0 ? 0 : axis + 1);
            return axis >= -1 && axis <= 3;
        }
        return INDIFFERENT.contains(vertex.getClass());
    }

    private static boolean turn(Object preProcessor, InputType given) {
        if (preProcessor.getClass() != CnnToFeedForwardPreProcessor.class || !isImage(given)) {
            return false;
        }
        ((CnnToFeedForwardPreProcessor) preProcessor).setFormat(CNN2DFormat.NCHW);
        return true;
    }

    private static boolean turn(Layer layer) {
        if (layer instanceof ConvolutionLayer convolution) {
            convolution.setCnn2dDataFormat(CNN2DFormat.NCHW);
        } else if (layer instanceof SubsamplingLayer pooling) {
            pooling.setCnn2dDataFormat(CNN2DFormat.NCHW);
        } else if (layer instanceof BatchNormalization norm) {
            norm.setCnn2DFormat(CNN2DFormat.NCHW);
        } else if (layer instanceof Upsampling2D upsampling) {
            upsampling.setFormat(CNN2DFormat.NCHW);
        } else if (layer instanceof ZeroPaddingLayer padding) {
            padding.setDataFormat(CNN2DFormat.NCHW);
        } else if (layer instanceof Cropping2D cropping) {
            cropping.setDataFormat(CNN2DFormat.NCHW);
        } else if (layer instanceof SpaceToDepthLayer space) {
            space.setDataFormat(CNN2DFormat.NCHW);
        } else if (layer instanceof CnnLossLayer loss) {
            loss.setFormat(CNN2DFormat.NCHW);
        } else if (layer instanceof GlobalPoolingLayer pooling) {
            pooling.setPoolingDimensions(new int[] {2, 3});
        } else {
            return layer instanceof DropoutLayer || isElementWise(layer);
        }
        return true;
    }

    private static boolean isElementWise(Layer layer) {
        return layer instanceof ActivationLayer activation
                && !(activation.getActivationFn() instanceof ActivationSoftmax);
    }

    /** Notes which dense layers read a flattened image; false if anything else does that minds the order. */
    private boolean feeds(String reader, InputTypeConvolutional image) {
        if (!(configuration.getVertices().get(reader) instanceof LayerVertex vertex)) {
            return false;
        }
        Layer layer = vertex.getLayerConf().getLayer();
        if (layer.getClass() == DenseLayer.class || layer.getClass() == OutputLayer.class) {
            return rows.put(reader, image) == null;
        }
        return (layer instanceof DropoutLayer || isElementWise(layer))
                && readers(reader).stream().allMatch(next -> feeds(next, image));
    }

    private List<String> readers(String name) {
        List<String> readers = new ArrayList<>();
        configuration.getVertexInputs().forEach((vertex, inputs) -> {
            if (inputs.contains(name)) {
                readers.add(vertex);
            }
        });
        return readers;
    }

    private static void reorder(INDArray weights, InputTypeConvolutional image) {
        int height = Math.toIntExact(image.getHeight());
        int width = Math.toIntExact(image.getWidth());
        int channels = Math.toIntExact(image.getChannels());
        int[] source = new int[height * width * channels];
        int row = 0;
        for (int c = 0; c < channels; c++) {
            for (int position = 0; position < height * width; position++) {
                source[row++] = position * channels + c;
            }
        }
        weights.assign(weights.dup().getRows(source));
    }

    private static boolean isImage(InputType type) {
        return type instanceof InputTypeConvolutional image && image.getFormat() == CNN2DFormat.NHWC;
    }

    private static InputType first(InputType type) {
        return type instanceof InputTypeConvolutional image
                ? InputType.convolutional(image.getHeight(), image.getWidth(), image.getChannels(), CNN2DFormat.NCHW)
                : type;
    }
}
