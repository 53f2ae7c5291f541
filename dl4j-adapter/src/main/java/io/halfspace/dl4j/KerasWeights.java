package io.halfspace.dl4j;

import io.jhdf.api.Attribute;
import io.jhdf.api.Dataset;
import io.jhdf.api.Group;
import io.jhdf.api.Node;
import io.jhdf.object.message.DataLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The weights of a Keras file: below one group for each layer, whose attribute {@code weight_names} gives the paths of its
 * arrays.
 */
final class KerasWeights {
    private static final Pattern TENSOR = Pattern.compile("(.*?)(?::\\d+)?");
    private static final int HIGHEST_RANK = 5;

    private final Map<String, Map<String, Dataset>> layers = new HashMap<>();
    private final Set<String> taken = new HashSet<>();
    private long count;

    private KerasWeights() {}

    /** Finds the arrays without reading them. */
    static KerasWeights of(Group root) throws Unreadable {
        KerasWeights weights = new KerasWeights();
        for (String layer : root.getChildren().keySet()) {
            weights.layers.put(layer, weights.arrays(layer, KerasFile.child(root, layer)));
        }
        return weights;
    }

    /** Number of values in all arrays together; no more than the file has bytes. */
    long count() {
        return count;
    }

    /** The arrays of a layer by the name that Keras gives them in it; {@code forward_} or {@code backward_} goes before that. */
    Map<String, INDArray> take(String layer) throws Unreadable {
        taken.add(layer);
        Map<String, INDArray> values = new HashMap<>();
        for (Map.Entry<String, Dataset> array :
                layers.getOrDefault(layer, Map.of()).entrySet()) {
            values.put(array.getKey(), values(layer, array.getValue()));
        }
        return values;
    }

    /** Throws if there are weights that no layer has taken. */
    void checkAllTaken() throws Unreadable {
        List<String> left = new ArrayList<>();
        layers.forEach((layer, arrays) -> {
            if (!arrays.isEmpty() && !taken.contains(layer)) {
                left.add(layer);
            }
        });
        if (!left.isEmpty()) {
            throw new Unreadable(
                    "it holds weights of a layer %s that its configuration does not have",
                    Unreadable.quote(left.get(0)));
        }
    }

    private Map<String, Dataset> arrays(String layer, Group group) throws Unreadable {
        Map<String, Dataset> arrays = new HashMap<>();
        for (String path : names(layer, group)) {
            Dataset array = array(layer, group, path);
            count += array.getSize();
            if (arrays.put(parameter(path), array) != null) {
                throw new Unreadable(
                        "its layer %s has two weights %s", Unreadable.quote(layer), Unreadable.quote(parameter(path)));
            }
        }
        return arrays;
    }

    private static List<String> names(String layer, Group group) throws Unreadable {
        Attribute names = group.getAttribute("weight_names");
        if (names == null || names.isEmpty()) {
            return List.of();
        }
        Object data = names.getData();
        if (data instanceof String[] several) {
            return List.of(several);
        }
        if (data instanceof String one) {
            return List.of(one);
        }
        // An empty list has no type of its own.
        if (names.getSize() == 0) {
            return List.of();
        }
        throw new Unreadable("the names of the weights of its layer %s are no texts", Unreadable.quote(layer));
    }

    /** Name of a parameter in its layer: {@code both/forward_lstm/lstm_cell/kernel:0} is {@code forward_kernel}. */
    private static String parameter(String path) {
        String[] parts = path.split("/");
        Matcher tensor = TENSOR.matcher(parts[parts.length - 1]);
        String name = tensor.matches() ? tensor.group(1) : parts[parts.length - 1];
        for (int i = 0; i < parts.length - 1; i++) {
            if (parts[i].startsWith("forward_") || parts[i].startsWith("backward_")) {
                return parts[i].substring(0, parts[i].indexOf('_') + 1) + name;
            }
        }
        return name;
    }

    private static Dataset array(String layer, Group group, String path) throws Unreadable {
        Group at = group;
        String[] parts = path.split("/");
        for (int i = 0; i < parts.length - 1; i++) {
            at = KerasFile.child(at, parts[i]);
        }
        Node node = at.getChild(parts[parts.length - 1]);
        if (node == null || node.isLink() || !(node instanceof Dataset array)) {
            throw new Unreadable("its layer %s has no array %s", Unreadable.quote(layer), Unreadable.quote(path));
        }
        boolean plain = array.getDataLayout() != DataLayout.CHUNKED
                && array.getFilters().isEmpty()
                && !array.isVariableLength()
                && !array.isCompound();
        boolean real = array.getJavaType() == float.class || array.getJavaType() == double.class;
        int rank = array.getDimensions().length;
        if (!plain || !real || rank < 1 || rank > HIGHEST_RANK) {
            throw new Unreadable(
                    "the array %s of its layer %s is not stored as Keras stores it: unpacked real numbers of 1 to %d axes",
                    Unreadable.quote(path), Unreadable.quote(layer), HIGHEST_RANK);
        }
        if (array.getSize() == 0 || array.getStorageInBytes() < array.getSizeInBytes()) {
            throw new Unreadable(
                    "the array %s of its layer %s has no values", Unreadable.quote(path), Unreadable.quote(layer));
        }
        return array;
    }

    private static INDArray values(String layer, Dataset array) throws Unreadable {
        Object data = array.getDataFlat();
        float[] values;
        if (data instanceof float[] floats) {
            values = floats;
        } else if (data instanceof double[] doubles) {
            values = new float[doubles.length];
            for (int i = 0; i < doubles.length; i++) {
                values[i] = (float) doubles[i];
            }
        } else {
            throw new Unreadable("a weight of its layer %s holds no real numbers", Unreadable.quote(layer));
        }
        return Nd4j.createFromArray(values).reshape('c', array.getDimensionsAsLong());
    }
}
