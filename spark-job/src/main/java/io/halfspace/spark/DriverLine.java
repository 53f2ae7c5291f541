package io.halfspace.spark;

import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcTimeout;
import org.apache.spark.util.RpcUtils;
import scala.concurrent.Future;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** A standing task's line to the {@link StepExchange} of the driver. */
final class DriverLine {
    private static final ClassTag<byte[]> BYTES = ClassTag$.MODULE$.apply(byte[].class);

    private final RpcEndpointRef driver;

    private DriverLine(RpcEndpointRef driver) {
        this.driver = driver;
    }

    /** To the exchange of a name, from an executor. */
    static DriverLine to(String exchange) {
        SparkEnv env = SparkEnv.get();
        return new DriverLine(RpcUtils.makeDriverRef(exchange, env.conf(), env.rpcEnv()));
    }

    /**
     * Reports, and waits for the next order, however long the driver takes; empty if there is none and the task may end.
     *
     * @param meanwhile done while the report is on its way
     */
    Optional<StepOrder> report(ShardReport report, Runnable meanwhile) {
        RpcTimeout patience = RpcUtils.INFINITE_TIMEOUT();
        Future<byte[]> awaited = driver.ask(report.pack(), patience, BYTES);
        meanwhile.run();
        byte[] answer = patience.awaitResult(awaited);
        return answer.length == 0 ? Optional.empty() : Optional.of(StepOrder.unpack(answer));
    }

    /** Tells that a task ends here without what was ordered; does not wait. */
    void giveUp(int shift, int task) {
        driver.send(new ShardReport(shift, task, List.of()).pack());
    }
}
