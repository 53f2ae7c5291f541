package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.halfspace.torch.Precision;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.serializer.KryoSerializer;
import org.apache.spark.serializer.Serializer;
import org.apache.spark.serializer.SerializerInstance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import scala.reflect.ClassTag;

/** What goes from the driver to the executors and back arrives as it was, whatever serializer the session has. */
final class TravelTest {
    private static final int LENGTH = 3000;

    static Stream<Serializer> serializers() {
        return Stream.of(new JavaSerializer(new SparkConf(false)), new KryoSerializer(new SparkConf(false)));
    }

    @ParameterizedTest
    @MethodSource("serializers")
    void floats_keepTheirBits(Serializer serializer) {
        float[] values = values();
        PackedFloats packed = PackedFloats.of(values);
        values[1] = 7;

        PackedFloats arrived = travelled(packed, serializer);

        assertThat(arrived.length()).isEqualTo(LENGTH);
        assertThat(arrived.values()).containsExactly(values());
        FloatBuffer buffer = ByteBuffer.allocateDirect(Float.BYTES * LENGTH)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        arrived.copyTo(buffer.duplicate());
        assertThat(PackedFloats.of(buffer).values()).containsExactly(values());
        assertThat(arrived.squaredLength()).isCloseTo(SquaredLength.of(values(), 0, LENGTH), withinPercentage(1e-4));
    }

    @Test
    void squaredLength_isFiniteWheneverTheValuesAre() {
        assertThat(PackedFloats.of(new float[] {1e30f, Float.MAX_VALUE}).squaredLength())
                .isCloseTo(Math.pow(Float.MAX_VALUE, 2), withinPercentage(1e-4));
        assertThat(PackedFloats.of(new float[] {1, Float.NaN}).squaredLength()).isNaN();
        assertThat(PackedFloats.of(new float[0]).squaredLength()).isZero();
    }

    @ParameterizedTest
    @MethodSource("serializers")
    void gradient_addsUpAsIfItHadNotTravelled(Serializer serializer) {
        ShardGradient arrived = travelled(new ShardGradient(3, FloatBuffer.wrap(values()), 2.5, 8, 1), serializer);
        float[] total = new float[LENGTH];
        float[] expected = values();
        for (int i = 0; i < LENGTH; i++) {
            total[i] = i;
            expected[i] = i < 5 || i >= 2900 ? i : i + expected[i];
        }

        arrived.gradient.addTo(total, 5, 2900);

        assertThat(total).containsExactly(expected);
        assertThat(arrived.shard).isEqualTo(3);
        assertThat(arrived.usable()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("serializers")
    void task_isTheSame(Serializer serializer) {
        GradientRound.Task task = new GradientRound.Task(
                new EngineSpec(true, false, Precision.BF16, 2),
                "network",
                "{}",
                new int[] {3, 4, 5},
                10,
                Normalizer.uniform(Normalization.NONE, 3, 0.5f),
                new Augmentation(4, true),
                7,
                64);

        assertThat(travelled(new PackedTask(task), serializer).task())
                .usingRecursiveComparison()
                .isEqualTo(task);
    }

    private static float[] values() {
        float[] values = new float[LENGTH];
        Random random = new Random(1);
        for (int i = 0; i < LENGTH; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    private static <T> T travelled(T value, Serializer serializer) {
        SerializerInstance instance = serializer.newInstance();
        ClassTag<T> any = ClassTag.apply(Object.class);
        return instance.deserialize(instance.serialize(value, any), any);
    }
}
