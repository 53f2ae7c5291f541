package io.halfspace.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * The data set as shards on the executors, read and checked in full. Which row lies where depends on the rows, the
 * number of shards and the seed, never on the cluster. {@link #close} frees the executors' memory.
 */
public final class TrainingData implements AutoCloseable {
    private final Shards train;
    private final Optional<Shards> validation;
    private final Optional<Shards> test;
    private final Normalizer normalizer;
    private final DataConfig config;
    private final List<String> classNames;

    /** A part, kept in memory and on disk. */
    private record Shards(JavaRDD<Shard> shards, int[] rows) {
        long total() {
            return IntStream.of(rows).asLongStream().sum();
        }
    }

    private TrainingData(Loader loader) {
        train = loader.train;
        validation = loader.validation;
        test = loader.test;
        normalizer = loader.normalizer;
        config = loader.config;
        classNames = loader.classNames;
    }

    /**
     * Reads all parts.
     *
     * @throws JobException with {@link ExitCode#DATA} at the first fault found
     */
    public static TrainingData load(SparkSession spark, DataConfig config, int shards, long seed) {
        return load(spark, config, shards, seed, Optional.empty());
    }

    /**
     * The same for a model that was trained before.
     *
     * @param normalizer what its values were normalised with; empty computes it from the training rows
     */
    static TrainingData load(
            SparkSession spark, DataConfig config, int shards, long seed, Optional<Normalizer> normalizer) {
        Loader loader = new Loader(spark, config, shards, seed, normalizer);
        return loader.load(() -> loader.source(config.train(), List.of()));
    }

    /**
     * Reads the training rows, and the parts that are fractions of them, from a data frame; the paths of the other
     * parts, if any, are read in the configuration's format.
     *
     * @throws JobException with {@link ExitCode#DATA} at the first fault found
     */
    public static TrainingData of(Dataset<Row> rows, DataConfig config, int shards, long seed) {
        Loader loader = new Loader(rows.sparkSession(), config, shards, seed, Optional.empty());
        return loader.load(() -> new FrameRows(rows, config));
    }

    /** Partition i holds shard i and nothing else; so it is for all parts. */
    public JavaRDD<Shard> train() {
        return train.shards;
    }

    public Optional<JavaRDD<Shard>> validation() {
        return validation.map(Shards::shards);
    }

    public Optional<JavaRDD<Shard>> test() {
        return test.map(Shards::shards);
    }

    public Normalizer normalizer() {
        return normalizer;
    }

    public long trainRows() {
        return train.total();
    }

    /** 0 where there is no such part. */
    public long validationRows() {
        return validation.map(Shards::total).orElse(0L);
    }

    /** 0 where there is no such part. */
    public long testRows() {
        return test.map(Shards::total).orElse(0L);
    }

    /** Rows of each training shard, for {@link Shard#stepsPerEpoch}. */
    public int[] trainShardRows() {
        return train.rows.clone();
    }

    public int classes() {
        return config.classes();
    }

    /** In the order of the labels; plain numbers where the data has no names. */
    public List<String> classNames() {
        return classNames;
    }

    /** Of one row: [features] or [channels, height, width]. */
    public int[] shape() {
        return config.shape();
    }

    @Override
    public void close() {
        Sessions.free(JavaSparkContext.fromSparkContext(train.shards.context()), () -> {
            train.shards.unpersist(false);
            validation.ifPresent(part -> part.shards.unpersist(false));
            test.ifPresent(part -> part.shards.unpersist(false));
        });
    }

    /** The reading, step by step; on a fault it leaves nothing persisted. */
    private static final class Loader {
        private final SparkSession spark;
        private final JavaSparkContext context;
        private final DataConfig config;
        private final int shards;
        private final long seed;
        private final Files files;
        private final Optional<Normalizer> given;
        private final List<JavaRDD<Shard>> persisted = new ArrayList<>();
        private Shards train;
        private Optional<Shards> validation = Optional.empty();
        private Optional<Shards> test = Optional.empty();
        private Normalizer normalizer;
        private List<String> classNames;

        Loader(SparkSession spark, DataConfig config, int shards, long seed, Optional<Normalizer> given) {
            if (shards < 1) {
                throw new IllegalArgumentException(
                        "Cannot cut data into shards: found %d, expected 1 or more".formatted(shards));
            }
            this.spark = spark;
            this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
            this.config = config;
            this.shards = shards;
            this.seed = seed;
            this.given = given;
            this.files = new Files(spark.sparkContext());
            Awaited.data(context);
        }

        TrainingData load(Supplier<RowSource> training) {
            try {
                RowSource source = training.get();
                try {
                    loadTrain(source);
                } finally {
                    if (source instanceof FrameRows frame) {
                        frame.close();
                    }
                }
                List<String> names = source.classNames();
                validation = validation.or(() -> loadOther(config.validation(), names, 1));
                test = test.or(() -> loadOther(config.test(), names, 2));
                return new TrainingData(this);
            } catch (Exception e) {
                persisted.forEach(part -> part.unpersist(false));
                throw jobException(e);
            }
        }

        private void loadTrain(RowSource source) {
            classNames = checkedNames(source);
            Cut all = Cut.of(config.train(), source.rows(), Mix.of(seed, 0));
            long forValidation = share(all, config.validation());
            long forTest = share(all, config.test());
            long forTrain = all.rows() - forValidation - forTest;
            if (forTrain < shards) {
                throw JobException.data(
                        "Cannot cut %d training rows into %d shards: expected a row for each; use fewer shards",
                        forTrain, shards);
            }
            train = persist(source, all.slice(0, forTrain));
            normalizer = given.orElseGet(() -> NormalizerFit.fit(
                    train.shards,
                    config.normalization(),
                    config.shape()[0],
                    source.values() != PackedRow.Values.FLOATS));
            if (forValidation > 0) {
                validation = Optional.of(persist(source, all.slice(forTrain, forValidation)));
            }
            if (forTest > 0) {
                test = Optional.of(persist(source, all.slice(forTrain + forValidation, forTest)));
            }
        }

        private List<String> checkedNames(RowSource source) {
            List<String> names = source.classNames();
            if (names.isEmpty()) {
                return IntStream.range(0, config.classes())
                        .mapToObj(Integer::toString)
                        .toList();
            }
            if (names.size() != config.classes()) {
                throw JobException.data(
                        "Cannot number the classes of the training rows: found %d (%s), expected %d",
                        names.size(),
                        names.size() > 12
                                ? String.join(", ", names.subList(0, 12)) + ", ..."
                                : String.join(", ", names),
                        config.classes());
            }
            return names;
        }

        private static long share(Cut all, DataPart part) {
            long rows = (long) Math.floor(part.fraction() * all.rows());
            if (part.fraction() > 0 && rows == 0) {
                throw JobException.data(
                        "Cannot take the fraction %s of %d training rows: found no whole row, expected at least 1",
                        part.fraction(), all.rows());
            }
            return rows;
        }

        private Optional<Shards> loadOther(DataPart part, List<String> names, int stream) {
            if (part.absent()) {
                return Optional.empty();
            }
            RowSource source = source(part, names);
            return Optional.of(persist(source, Cut.of(part, source.rows(), Mix.of(seed, stream))));
        }

        RowSource source(DataPart part, List<String> names) {
            if (part.path().isEmpty()) {
                throw JobException.data("Cannot read the training rows: found no path, expected one");
            }
            return switch (config.format()) {
                case IDX -> new IdxRows(context, files, config, part);
                case CSV -> new CsvRows(context, files, config, part, CsvRows.PIECE_BYTES);
                case IMAGES ->
                    ImageArchiveRows.isArchive(part.path())
                            ? new ImageArchiveRows(context, files, part, names)
                            : new ImageFolderRows(context, files, part, names);
                case PARQUET -> new ParquetRows(spark, files, config, part, names);
            };
        }

        private Shards persist(RowSource source, Cut cut) {
            JavaRDD<Shard> part =
                    ShardAssembly.assemble(source, cut, config.shape(), shards).persist(StorageLevel.MEMORY_AND_DISK());
            persisted.add(part);
            int[] rows = part.map(Shard::rows).collect().stream()
                    .mapToInt(Integer::intValue)
                    .toArray();
            return new Shards(part, rows);
        }

        /** A fault found by an executor, out of Spark's wrapping. */
        private static RuntimeException jobException(Exception fault) {
            for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
                if (cause instanceof JobException known) {
                    return known;
                }
            }
            return fault instanceof RuntimeException known ? known : new IllegalStateException(fault);
        }
    }
}
