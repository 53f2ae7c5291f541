package io.halfspace.spark;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** Which of the GPUs that an executor process sees belongs to the running task. */
final class TaskGpu {
    /** Spark's customary name of the resource. */
    static final String RESOURCE = "gpu";

    private TaskGpu() {}

    /**
     * CUDA's ordinal of the running task's GPU; the first one where Spark does not hand out GPUs.
     *
     * @throws JobException exit code 5 if the GPU that Spark gave to the task is hidden from this process
     */
    static int ordinal() {
        TaskContext task = TaskContext.get();
        ResourceInformation gpu = task == null ? null : task.resourcesJMap().get(RESOURCE);
        if (gpu == null || gpu.addresses().length == 0) {
            return 0;
        }
        return ordinal(gpu.addresses()[0], System.getenv("CUDA_VISIBLE_DEVICES"));
    }

    /**
     * The ordinal of a GPU in a process: its place among the visible ones, as CUDA numbers them.
     *
     * @param address what the discovery script calls it: its index on the machine, or its UUID
     * @param visible the variable {@code CUDA_VISIBLE_DEVICES}: indices or beginnings of UUIDs; null if it is not set
     */
    static int ordinal(String address, String visible) {
        if (visible == null) {
            if (!address.matches("\\d{1,3}")) {
                throw hidden(address, "is not set, which goes with indices only");
            }
            return Integer.parseInt(address);
        }
        List<String> names =
                Arrays.stream(visible.split(",")).map(String::strip).toList();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            boolean uuid = name.startsWith("GPU-") || name.startsWith("MIG-");
            if (name.equals(address) || uuid && address.startsWith(name)) {
                return i;
            }
        }
        throw hidden(address, "is '%s'".formatted(visible));
    }

    private static JobException hidden(String address, String found) {
        return new JobException(
                ExitCode.UNSUPPORTED_MODEL,
                "Cannot use GPU '%s' that Spark gave to a task: the executor's CUDA_VISIBLE_DEVICES %s, expected a list with it; let deploy/gpu-discovery.sh and executors see the same GPUs"
                        .formatted(address, found));
    }
}
