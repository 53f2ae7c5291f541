package io.halfspace.spark;

import com.sun.management.OperatingSystemMXBean;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import org.apache.spark.SparkEnv;
import org.bytedeco.javacpp.Pointer;

/** How much memory a process may take, in bytes. A plain class, because Kryo cannot write records. */
final class ProcessMemory implements Serializable {
    private static final long serialVersionUID = 1L;

    private final String process;
    private final long heap;
    private final long natives;
    private final long container;

    /**
     * @param process name of the process, for messages
     * @param heap what its Java heap may grow to
     * @param natives what ND4J's arrays may take outside the heap; 0 for no limit
     * @param container what all of it may take before the system ends the process
     */
    ProcessMemory(String process, long heap, long natives, long container) {
        this.process = process;
        this.heap = heap;
        this.natives = natives;
        this.container = container;
    }

    /** Of this process. Java itself reads the limits of its control group (v1 and v2), else the memory of the machine. */
    static ProcessMemory here() {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        SparkEnv environment = SparkEnv.get();
        return new ProcessMemory(
                TaskFault.place(environment == null ? "driver" : environment.executorId(), ExecutorNatives.host()),
                Runtime.getRuntime().maxMemory(),
                Pointer.maxBytes(),
                system.getTotalMemorySize());
    }

    /** The same where the cluster's manager ends a process that takes more than so many bytes. */
    ProcessMemory within(long planned) {
        return new ProcessMemory(process, heap, natives, Math.min(container, planned));
    }

    String process() {
        return process;
    }

    long heap() {
        return heap;
    }

    /** 0 for no limit. */
    long natives() {
        return natives;
    }

    long container() {
        return container;
    }
}
