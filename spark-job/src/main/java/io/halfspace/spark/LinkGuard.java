package io.halfspace.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Keeps a data set from reading what is not its own: on a local file system a folder that somebody handed in may hold links to
 * any file of the machine, and to folders above, which never end. Other file systems have no links.
 */
final class LinkGuard {
    private final Optional<Path> root;

    private LinkGuard(Optional<Path> root) {
        this.root = root;
    }

    /** Guards what lies below a folder, which may be a link itself. */
    static LinkGuard below(String folder) {
        try {
            Optional<Path> local = local(new org.apache.hadoop.fs.Path(folder));
            return new LinkGuard(local.isPresent() ? Optional.of(local.get().toRealPath()) : Optional.empty());
        } catch (IOException | IllegalArgumentException e) {
            // That it cannot be read is told by who reads it.
            return new LinkGuard(Optional.empty());
        }
    }

    /**
     * Refuses an entry that is a link to a folder, or to something outside.
     *
     * @throws JobException exit code 3
     */
    void check(org.apache.hadoop.fs.Path entry) {
        Optional<Path> local = root.isPresent() ? local(entry) : Optional.empty();
        if (local.isEmpty() || !Files.isSymbolicLink(local.get())) {
            return;
        }
        try {
            Path target = local.get().toRealPath();
            if (target.startsWith(root.get()) && !Files.isDirectory(target)) {
                return;
            }
        } catch (IOException e) {
            // A link that leads nowhere is no better.
        }
        throw JobException.data(
                "Cannot read %s: found a link to a folder, or out of the data set, expected files and links to files inside it; put a copy in its place",
                local.get());
    }

    private static Optional<Path> local(org.apache.hadoop.fs.Path path) {
        String scheme = path.toUri().getScheme();
        try {
            return scheme == null || scheme.equals("file")
                    ? Optional.of(Path.of(path.toUri().getPath()))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
