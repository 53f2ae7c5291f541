package io.halfspace.spark;

import io.halfspace.dl4j.BuiltinNetworks;
import io.halfspace.dl4j.ModelContents;
import io.halfspace.dl4j.ModelFile;
import io.halfspace.dl4j.ModelFileException;
import io.halfspace.dl4j.ZooNetworks;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Where a network comes from.
 *
 * @param network the network, initialised
 * @param named whether it was asked for by name, so that it is fresh and made for the shape that was told
 * @param ownUpdater whether it comes with an updater of the user's own
 * @param inputs what each of its inputs takes; empty if that is not known
 */
record ModelSource(ComputationGraph network, boolean named, boolean ownUpdater, List<InputType> inputs) {
    /**
     * Makes a network that has a name here or in Deeplearning4j's zoo, or reads a model file through Hadoop's file systems.
     *
     * @param model name, or location
     * @param shape shape of one example, for networks with a name
     * @param classes number of classes, for networks with a name
     * @param seed seed of the initial parameters of networks with a name
     * @throws JobException exit code 2 if there is no network of that name or it cannot be made so, 3 if the file cannot be read, 5 if it is no model that can be used
     */
    static ModelSource load(String model, int[] shape, int classes, long seed, Configuration hadoop) {
        if (!JobConfig.isFile(model)) {
            try {
                return new ModelSource(
                        ZooNetworks.isName(model)
                                ? ZooNetworks.create(model, shape, classes, seed, new Adam())
                                : BuiltinNetworks.create(model, shape, classes, seed, new Adam(), 0),
                        true,
                        false,
                        List.of());
            } catch (IllegalArgumentException e) {
                throw new JobException(ExitCode.CONFIGURATION, e.getMessage(), e);
            }
        }
        try {
            Path path = new Path(model);
            try (InputStream in = path.getFileSystem(hadoop).open(path)) {
                ModelContents contents = ModelFile.contents(model, in);
                return new ModelSource(contents.network(), false, contents.ownUpdater(), contents.inputs());
            }
        } catch (ModelFileException e) {
            throw new JobException(ExitCode.UNSUPPORTED_MODEL, e.getMessage(), e);
        } catch (IOException | IllegalArgumentException e) {
            throw new JobException(ExitCode.DATA, "Cannot read model '%s': %s".formatted(model, e.getMessage()), e);
        }
    }

    /** Shape of one example of what a network with a name was made for; empty for files and names that are not known. */
    static Optional<int[]> usualInput(String model) {
        return ZooNetworks.names().contains(model)
                ? Optional.of(ZooNetworks.publishedInput(model))
                : BuiltinNetworks.usualInput(model);
    }

    /** Number of classes of what a network with a name was made for; 10 where that is not known. */
    static int usualClasses(String model) {
        return ZooNetworks.names().contains(model) ? ZooNetworks.publishedClasses(model) : 10;
    }

    /**
     * What the values of a model's examples were normalised with; empty if the model does not say.
     *
     * @param channels channels or features of an example, which the normalizer must be of
     * @throws JobException exit code 3 if the file cannot be read or holds another normalizer
     */
    static Optional<Normalizer> normalizer(String model, int channels, Configuration hadoop) {
        if (!JobConfig.isFile(model)) {
            return Optional.empty();
        }
        Path path = new Path(model);
        try (InputStream in = path.getFileSystem(hadoop).open(path)) {
            Optional<Normalizer> found = Optional.ofNullable(
                            ModelFile.readExtras(model, in).get(Normalizer.EXTRA))
                    .map(Normalizer::fromJson);
            found.map(Normalizer::offset)
                    .filter(offset -> offset.length != channels)
                    .ifPresent(offset -> {
                        throw JobException.data(
                                "Cannot use model '%s' on this data: its normalizer is for %d channels, found data.shape with %d",
                                model, offset.length, channels);
                    });
            return found;
        } catch (IOException e) {
            throw new JobException(ExitCode.DATA, "Cannot read model '%s': %s".formatted(model, e.getMessage()), e);
        }
    }
}
