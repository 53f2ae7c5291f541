package io.halfspace.explain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.eclipse.elk.alg.layered.LayeredLayoutProvider;
import org.eclipse.elk.alg.layered.options.LayeredMetaDataProvider;
import org.eclipse.elk.alg.layered.options.LayeredOptions;
import org.eclipse.elk.alg.layered.options.NodePlacementStrategy;
import org.eclipse.elk.alg.layered.options.OrderingStrategy;
import org.eclipse.elk.core.data.LayoutMetaDataService;
import org.eclipse.elk.core.options.CoreOptions;
import org.eclipse.elk.core.options.Direction;
import org.eclipse.elk.core.options.EdgeRouting;
import org.eclipse.elk.core.util.NullElkProgressMonitor;
import org.eclipse.elk.graph.ElkBendPoint;
import org.eclipse.elk.graph.ElkEdge;
import org.eclipse.elk.graph.ElkEdgeSection;
import org.eclipse.elk.graph.ElkNode;
import org.eclipse.elk.graph.util.ElkGraphUtil;

/**
 * Where cards and lines lie on the page: layer below layer, lines around cards, by the Eclipse Layout Kernel. The
 * same cards always lie at the same places.
 *
 * <p>Cost: crossing minimisation grows with the number of layers that lines pass. Where that would take long, the longest
 * lines are left out of the layout and drawn as curves beside it, so that a thousand cards take a few seconds.
 */
final class Layout {
    /** Layers that all lines together may pass by before the longest are left out, and more of them a card. */
    private static final int PASSED_LAYERS = 600;

    private static final int PASSED_LAYERS_A_CARD = 2;

    /** Cards up to which the layout takes its time. */
    private static final int SMALL = 300;

    /** Cards and passed layers up to which cards are placed in the middle of what they are connected to. */
    private static final int FEW = 500;

    private static final long STACK = 256L << 20;
    private static final double MARGIN = 24;

    static {
        LayoutMetaDataService.getInstance().registerLayoutMetaDataProviders(new LayeredMetaDataProvider());
    }

    private final double width;
    private final double height;
    private final double[][] places;
    private final List<double[]> routes;

    private Layout(double width, double height, double[][] places, List<double[]> routes) {
        this.width = width;
        this.height = height;
        this.places = places;
        this.routes = routes;
    }

    /**
     * Lays cards out.
     *
     * @param sizes by card, width and height
     */
    static Layout of(double[][] sizes, List<Cards.Line> lines) {
        ElkNode root = ElkGraphUtil.createGraph();
        root.setProperty(CoreOptions.DIRECTION, Direction.DOWN);
        // At right angles the library may ask for more than the Guava of Spark 3 has.
        root.setProperty(CoreOptions.EDGE_ROUTING, EdgeRouting.POLYLINE);
        root.setProperty(CoreOptions.RANDOM_SEED, 1);
        root.setProperty(CoreOptions.SPACING_NODE_NODE, 28.0);
        root.setProperty(CoreOptions.SPACING_EDGE_NODE, 18.0);
        root.setProperty(CoreOptions.SPACING_EDGE_EDGE, 9.0);
        root.setProperty(LayeredOptions.SPACING_NODE_NODE_BETWEEN_LAYERS, 30.0);
        root.setProperty(LayeredOptions.SPACING_EDGE_NODE_BETWEEN_LAYERS, 12.0);
        int[] passed = passed(sizes.length, lines);
        boolean few = sizes.length + Arrays.stream(passed).asLongStream().sum() < FEW;
        root.setProperty(
                LayeredOptions.NODE_PLACEMENT_STRATEGY,
                few ? NodePlacementStrategy.NETWORK_SIMPLEX : NodePlacementStrategy.BRANDES_KOEPF);
        root.setProperty(LayeredOptions.CONSIDER_MODEL_ORDER_STRATEGY, OrderingStrategy.PREFER_EDGES);
        root.setProperty(LayeredOptions.THOROUGHNESS, sizes.length < SMALL ? 7 : 2);
        List<ElkNode> nodes = new ArrayList<>();
        for (double[] size : sizes) {
            ElkNode node = ElkGraphUtil.createNode(root);
            node.setDimensions(size[0], size[1]);
            nodes.add(node);
        }
        boolean[] routed = routed(sizes.length, passed);
        ElkEdge[] edges = new ElkEdge[lines.size()];
        for (int i = 0; i < edges.length; i++) {
            if (routed[i]) {
                Cards.Line line = lines.get(i);
                edges[i] = ElkGraphUtil.createSimpleEdge(nodes.get(line.from()), nodes.get(line.to()));
            }
        }
        run(root);
        return of(root, nodes, lines, edges);
    }

    /** The library walks along the network recursively, so it gets a stack that no drawing can fill. */
    private static void run(ElkNode root) {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(
                null,
                () -> new LayeredLayoutProvider().layout(root, new NullElkProgressMonitor()),
                "layout of the drawing",
                STACK);
        thread.setUncaughtExceptionHandler((failed, cause) -> failure.set(cause));
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Cannot lay out the drawing: it was interrupted", e);
        }
        if (failure.get() != null) {
            throw new IllegalStateException("Cannot lay out the drawing", failure.get());
        }
    }

    private static Layout of(ElkNode root, List<ElkNode> nodes, List<Cards.Line> lines, ElkEdge[] edges) {
        double[][] places = nodes.stream()
                .map(node -> new double[] {node.getX() + MARGIN, node.getY() + MARGIN})
                .toArray(double[][]::new);
        double right = root.getWidth() + MARGIN;
        List<double[]> routes = new ArrayList<>();
        boolean beside = false;
        for (int i = 0; i < edges.length; i++) {
            if (edges[i] != null) {
                routes.add(route(edges[i].getSections().get(0)));
            } else {
                routes.add(curve(
                        nodes.get(lines.get(i).from()), nodes.get(lines.get(i).to()), right));
                beside = true;
            }
        }
        return new Layout(right + (beside ? 4 : 1) * MARGIN, root.getHeight() + 2 * MARGIN, places, routes);
    }

    double width() {
        return width;
    }

    double height() {
        return height;
    }

    /** Left and top of a card. */
    double[] place(int card) {
        return places[card];
    }

    /** The points of a line, x and y in turn. */
    double[] route(int line) {
        return routes.get(line);
    }

    /** How many layers of the drawing each line passes by. */
    private static int[] passed(int cards, List<Cards.Line> lines) {
        int[] layer = new int[cards];
        for (Cards.Line line : lines) {
            layer[line.to()] = Math.max(layer[line.to()], layer[line.from()] + 1);
        }
        return lines.stream()
                .mapToInt(line -> layer[line.to()] - layer[line.from()] - 1)
                .toArray();
    }

    /** Which lines take part in the layout. */
    private static boolean[] routed(int cards, int[] passed) {
        boolean[] routed = new boolean[passed.length];
        Arrays.fill(routed, true);
        long sum = Arrays.stream(passed).asLongStream().sum();
        int[] longestFirst = IntStream.range(0, passed.length)
                .boxed()
                .sorted(Comparator.comparingInt(i -> -passed[i]))
                .mapToInt(i -> i)
                .toArray();
        long most = PASSED_LAYERS + (long) PASSED_LAYERS_A_CARD * cards;
        for (int i = 0; sum > most && passed[longestFirst[i]] > 0; i++) {
            routed[longestFirst[i]] = false;
            sum -= passed[longestFirst[i]];
        }
        return routed;
    }

    private static double[] route(ElkEdgeSection section) {
        List<Double> points = new ArrayList<>(List.of(section.getStartX(), section.getStartY()));
        for (ElkBendPoint bend : section.getBendPoints()) {
            points.add(bend.getX());
            points.add(bend.getY());
        }
        points.add(section.getEndX());
        points.add(section.getEndY());
        return points.stream().mapToDouble(value -> value + MARGIN).toArray();
    }

    /** From the right side of one card, over the right margin, to the right side of another. */
    private static double[] curve(ElkNode from, ElkNode to, double right) {
        double fromY = from.getY() + from.getHeight() / 2 + MARGIN;
        double toY = to.getY() + to.getHeight() / 2 + MARGIN;
        double over = right + MARGIN;
        return new double[] {
            from.getX() + from.getWidth() + MARGIN,
            fromY,
            over,
            fromY,
            over,
            toY,
            to.getX() + to.getWidth() + MARGIN,
            toY
        };
    }
}
