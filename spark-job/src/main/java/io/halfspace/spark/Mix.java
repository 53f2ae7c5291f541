package io.halfspace.spark;

/** Well-mixed 64-bit numbers from seeds and counters, the same on every machine (the finalizer of SplitMix64). */
final class Mix {
    private Mix() {}

    static long of(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    static long of(long first, long second) {
        return of(of(first) + second);
    }

    static long of(long first, long second, long third) {
        return of(of(first, second) + third);
    }

    static long of(byte[] content) {
        long hash = of(content.length);
        int i = 0;
        for (; i + 8 <= content.length; i += 8) {
            hash = of(hash ^ Bytes.longAt(content, i));
        }
        long rest = 0;
        for (; i < content.length; i++) {
            rest = rest << 8 | (content[i] & 0xff);
        }
        return of(hash ^ rest);
    }
}
