package io.halfspace.spark;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.rpc.RpcAddress;
import org.apache.spark.rpc.RpcCallContext;
import org.apache.spark.rpc.RpcEndpoint;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcEnv;
import scala.PartialFunction;
import scala.runtime.AbstractPartialFunction;
import scala.runtime.BoxedUnit;

/**
 * Where the standing tasks of a stage report to, in the driver: a report that is answered with the next order. It goes over
 * Spark's own remote calls, which need no port of their own and are authenticated and encrypted wherever Spark is. They are
 * not part of its public API; the classes that use them ({@link DriverLine} is the other end) are the same in 3.5 to 4.1.
 *
 * <p>Tasks come in shifts, one after the other. A shift breaks at the first sign of trouble: a task that fails, a task that
 * comes twice, an executor that is lost, a wait that is too long. Then all its tasks are sent home as they report; no order is
 * ever given twice. Reports come on threads of Spark's, orders from the thread of the training.
 */
final class StepExchange implements RpcEndpoint, AutoCloseable {
    private static final byte[] HOME = {};
    /** How often a wait looks whether tasks have ended. */
    private static final long LOOK_MILLIS = 200;

    /** How a wait for all tasks ended. */
    enum Outcome {
        ALL,
        /** Something went wrong; tasks that are still at work end with their next report. */
        BROKEN,
        /** Time is over; nobody knows what the missing tasks do. */
        LATE
    }

    private final String name = "halfspace-steps-" + UUID.randomUUID();
    private final RpcEnv env;
    private final RpcEndpointRef registered;
    private int shift;
    private boolean open;
    /** What broke the shift, as a clause; empty while nothing has. */
    private String trouble = "";
    /** By task: what waits for an order. */
    private RpcCallContext[] waiting = {};
    /** By task: its last report, until it is taken. */
    private ShardReport[] reports = {};
    /** By task: whether it has reported in this shift. */
    private boolean[] begun = {};

    private final Set<RpcAddress> addresses = new HashSet<>();
    /** How many tasks have reported since the last order. */
    private int present;

    /** Sets it up in this process, which has to be a driver's. */
    StepExchange() {
        env = SparkEnv.get().rpcEnv();
        registered = env.setupEndpoint(name, this);
    }

    /** The name under which tasks find it. */
    String name() {
        return name;
    }

    /** Opens the next shift and gives its number. */
    synchronized int open(int tasks) {
        waiting = new RpcCallContext[tasks];
        reports = new ShardReport[tasks];
        begun = new boolean[tasks];
        present = 0;
        addresses.clear();
        trouble = "";
        open = true;
        return ++shift;
    }

    /** Ends the shift: tasks that wait are sent home, the others as soon as they report. */
    synchronized void dismiss() {
        open = false;
        Arrays.fill(reports, null);
        for (int task = 0; task < waiting.length; task++) {
            answer(task, HOME);
        }
    }

    /** Answers all tasks, which have to have reported, with an order. */
    synchronized void order(byte[] packedOrder) {
        present = 0;
        // Spark packs an answer on the thread that gives it.
        IntStream.range(0, waiting.length).parallel().forEach(task -> answer(task, packedOrder));
    }

    /**
     * Waits until all tasks have reported.
     *
     * @param patience how long
     * @param ended whether Spark says that the tasks have ended, or that it has lost one
     */
    synchronized Outcome gather(Duration patience, BooleanSupplier ended) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (present < reports.length && trouble.isEmpty()) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                broken(String.format(
                        Locale.ROOT,
                        "%d of %d tasks have not reported for %s seconds",
                        reports.length - present,
                        reports.length,
                        patience.toMillis() / 1e3));
                return Outcome.LATE;
            }
            if (ended.getAsBoolean()) {
                broken("its tasks have ended, or an executor that had one is gone");
            } else {
                wait(Math.min(left, LOOK_MILLIS));
            }
        }
        return trouble.isEmpty() ? Outcome.ALL : Outcome.BROKEN;
    }

    /** The last report of each task; they are kept no longer. */
    synchronized List<ShardReport> takeReports() {
        List<ShardReport> taken = List.of(reports);
        Arrays.fill(reports, null);
        return taken;
    }

    /** What broke the shift, as a clause. */
    synchronized String trouble() {
        return trouble;
    }

    @Override
    public RpcEnv rpcEnv() {
        return env;
    }

    @Override
    public PartialFunction<Object, BoxedUnit> receiveAndReply(RpcCallContext context) {
        return new Receiver(packed -> arrived(ShardReport.unpack(packed), context));
    }

    @Override
    public PartialFunction<Object, BoxedUnit> receive() {
        return new Receiver(packed -> gaveUp(ShardReport.unpack(packed)));
    }

    @Override
    public synchronized void onDisconnected(RpcAddress address) {
        if (addresses.contains(address)) {
            broken("the executor at %s is gone".formatted(address.hostPort()));
        }
    }

    @Override
    public void close() {
        dismiss();
        env.stop(registered);
    }

    private synchronized void arrived(ShardReport report, RpcCallContext context) {
        if (!open || report.shift() != shift || !trouble.isEmpty()) {
            context.reply(HOME);
            return;
        }
        if (begun[report.task()] && report.isFirst()) {
            context.reply(HOME);
            broken("task %d had to be started again".formatted(report.task()));
            return;
        }
        addresses.add(context.senderAddress());
        waiting[report.task()] = context;
        reports[report.task()] = report;
        begun[report.task()] = true;
        present++;
        if (present == reports.length) {
            notifyAll();
        }
    }

    private synchronized void gaveUp(ShardReport report) {
        if (report.shift() == shift) {
            broken("task %d gave up".formatted(report.task()));
        }
    }

    private void broken(String why) {
        if (trouble.isEmpty()) {
            trouble = why;
        }
        notifyAll();
    }

    private void answer(int task, byte[] packed) {
        if (waiting[task] != null) {
            waiting[task].reply(packed);
            waiting[task] = null;
        }
    }

    /** Takes messages that are bytes. */
    private static final class Receiver extends AbstractPartialFunction<Object, BoxedUnit> {
        private final Consumer<byte[]> taker;

        Receiver(Consumer<byte[]> taker) {
            this.taker = taker;
        }

        @Override
        public boolean isDefinedAt(Object message) {
            return message instanceof byte[];
        }

        @Override
        public BoxedUnit apply(Object message) {
            taker.accept((byte[]) message);
            return BoxedUnit.UNIT;
        }
    }
}
