package io.halfspace.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class DataConfigTest {
    private static DataConfig config(
            DataFormat format, DataPart validation, DataPart test, Augmentation augmentation, int... shape) {
        DataPart train = DataPart.of("x");
        return new DataConfig(
                format, train, validation, test, shape, 2, Normalization.NONE, augmentation, "label", "features");
    }

    private static void assertRefused(ThrowingCallable creation, String message) {
        assertThatThrownBy(creation)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void impossiblePartsAreRefused() {
        assertRefused(() -> new DataPart("", "", "", -1, 5, 0), "found first row -1 and end row 5");
        assertRefused(() -> new DataPart("", "", "", 5, 5, 0), "found first row 5 and end row 5");
        assertRefused(() -> DataPart.ofTrain(1), "found 1.0, expected 0 <= fraction < 1");
        assertRefused(() -> DataPart.ofTrain(Double.NaN), "found NaN, expected 0 <= fraction < 1");
        assertRefused(() -> new DataPart("x", "", "", 0, 5, 0.1), "found both path x and fraction 0.1");
        assertThat(new DataPart("x", "", "./train/", 0, 5, 0).folder()).isEqualTo("train");
    }

    @Test
    void impossibleDataSetsAreRefused() {
        Augmentation none = Augmentation.NONE;
        DataPart absent = DataPart.NONE;
        assertRefused(() -> config(DataFormat.CSV, absent, absent, none), "found []");
        assertRefused(() -> config(DataFormat.CSV, absent, absent, none, 3, 4), "found [3, 4]");
        assertRefused(() -> config(DataFormat.CSV, absent, absent, none, 0), "found [0]");
        assertRefused(() -> config(DataFormat.CSV, absent, absent, none, 65536, 65536, 65536), "found [65536");
        assertRefused(
                () -> config(DataFormat.IMAGES, absent, absent, none, 2, 4, 4), "expected [1 or 3, height, width]");
        assertRefused(
                () -> config(DataFormat.CSV, absent, absent, new Augmentation(0, true), 4),
                "Cannot augment rows: found row shape [4]");
        assertRefused(() -> new Augmentation(-1, true), "found pad -1");
        assertRefused(
                () -> config(DataFormat.CSV, DataPart.ofTrain(0.5), DataPart.ofTrain(0.5), none, 4),
                "found fractions 0.5 and 0.5");
    }

    @Test
    void theShapeCannotBeChangedFromOutside() {
        int[] shape = {1, 2, 3};
        DataConfig config = config(DataFormat.CSV, DataPart.NONE, DataPart.NONE, Augmentation.NONE, shape);
        shape[0] = 9;
        config.shape()[1] = 9;
        assertThat(config.shape()).containsExactly(1, 2, 3);
        assertThat(config.width()).isEqualTo(6);
    }
}
