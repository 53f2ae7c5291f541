package io.halfspace.spark;

import io.halfspace.dl4j.FlatParameters;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/** What a run was given besides its configuration, in one line: a run may go on only with the same. */
final class Given {
    private static final int CHUNK = 1 << 14;

    private Given() {}

    /** Tells apart data of other rows, classes or values, and networks of other parameters. */
    static String of(TrainingData data, Network network) {
        MessageDigest digest = DigestUtils.getSha256Digest();
        float[] parameters = FlatParameters.of(network.graph());
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * CHUNK);
        for (int from = 0; from < parameters.length; from += CHUNK) {
            int count = Math.min(CHUNK, parameters.length - from);
            bytes.clear().asFloatBuffer().put(parameters, from, count);
            digest.update(bytes.array(), 0, Float.BYTES * count);
        }
        digest.update(data.normalizer().toJson().getBytes(StandardCharsets.UTF_8));
        digest.update(String.join("\n", data.classNames()).getBytes(StandardCharsets.UTF_8));
        return "%d+%d+%d rows, %s"
                .formatted(
                        data.trainRows(), data.validationRows(), data.testRows(), Hex.encodeHexString(digest.digest()));
    }
}
