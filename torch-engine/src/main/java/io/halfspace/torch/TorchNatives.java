package io.halfspace.torch;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.global.torch;

/** Whether libtorch's native code runs in this process. */
public final class TorchNatives {
    private static final Pattern C_LIBRARY = Pattern.compile("version .?(GLIBC(?:XX)?_[0-9.]+).? not found");
    private static final String CUDA_BUILD = "/org/bytedeco/pytorch/linux-x86_64-gpu/libjnitorch.so";
    private static Optional<String> problem;

    private TorchNatives() {}

    /**
     * Why libtorch cannot run here, as a clause without a capital letter or a full stop; empty if it can. The first call loads
     * the natives: about a second, and 350 MB of files in JavaCPP's cache folder if they are not there yet.
     */
    public static synchronized Optional<String> problem() {
        if (problem == null) {
            problem = load();
        }
        return problem;
    }

    /** Which build of libtorch runs here, for logs; only where there is no {@link #problem}. */
    public static String describe() {
        return hasCuda() ? "libtorch, CUDA build" : "libtorch, CPU build";
    }

    /** Whether the CUDA build runs here, with or without a GPU; only where there is no {@link #problem}. */
    static boolean hasCuda() {
        return Context.hasCUDART();
    }

    /** Whether the CUDA build is on the class path: without CUDA's own libraries it computes on CPUs only, or not at all. */
    static boolean cudaIsOnTheClassPath() {
        return TorchNatives.class.getResource(CUDA_BUILD) != null;
    }

    private static Optional<String> load() {
        try {
            // Runs the static initializer, which loads everything, and one function of it.
            torch.get_num_threads();
            return Optional.empty();
        } catch (LinkageError e) {
            return Optional.of(clause(e));
        }
    }

    private static String clause(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Matcher version = C_LIBRARY.matcher(String.valueOf(cause.getMessage()));
            if (version.find()) {
                return "its natives need a C library with %s, which is newer than this machine's"
                        .formatted(version.group(1));
            }
        }
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof NoClassDefFoundError) {
            return "its classes are not on the class path (org.bytedeco:pytorch), missing " + message;
        }
        if (cudaIsOnTheClassPath()) {
            return "its CUDA build does not load, put CUDA 13's libraries and cuDNN 9 where docs/gpu.md says (%s)"
                    .formatted(message(failure.getCause() == null ? failure : failure.getCause()));
        }
        if (message.startsWith("no jnitorch in java.library.path")) {
            return "its natives are not on the class path (org.bytedeco:pytorch with a classifier like linux-x86_64)";
        }
        return "its natives do not load, " + message(failure);
    }

    private static String message(Throwable failure) {
        return String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
    }
}
