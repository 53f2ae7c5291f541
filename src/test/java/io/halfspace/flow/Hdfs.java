package io.halfspace.flow;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;

/**
 * A real HDFS in this process (a name node and a data node), which drivers and executors reach at {@code
 * hdfs://localhost:PORT}. One for all tests of a JVM, started when first asked for, gone with the JVM.
 */
final class Hdfs {
    /** Whoever the drivers run as: not the superuser, so that permissions and quotas hold for him. */
    static final String USER = "halfspace";

    /** What drivers are told: small files in small blocks, on one data node. */
    static final List<String> CLIENT =
            List.of("-Dspark.hadoop.dfs.blocksize=1048576", "-Dspark.hadoop.dfs.replication=1");

    private static Hdfs running;

    private final MiniDFSCluster cluster;
    private final DistributedFileSystem files;
    private MiniDFSCluster.DataNodeProperties stopped;
    private int folders;

    private Hdfs(MiniDFSCluster cluster) throws IOException {
        this.cluster = cluster;
        files = cluster.getFileSystem();
    }

    static synchronized Hdfs get() {
        if (running == null) {
            try {
                running = start();
            } catch (IOException e) {
                throw new UncheckedIOException("Cannot start HDFS", e);
            }
        }
        return running;
    }

    private static Hdfs start() throws IOException {
        java.nio.file.Path folder = Files.createTempDirectory("halfspace-hdfs-");
        Configuration settings = new Configuration();
        settings.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, folder.toString());
        CLIENT.forEach(flag -> settings.set(
                flag.substring("-Dspark.hadoop.".length(), flag.indexOf('=')), flag.substring(flag.indexOf('=') + 1)));
        MiniDFSCluster cluster =
                new MiniDFSCluster.Builder(settings).numDataNodes(1).build();
        // It ends with the JVM; stopping it in a hook as well would only complain that the JVM ends.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> FileUtil.fullyDelete(folder.toFile())));
        cluster.waitActive();
        Hdfs hdfs = new Hdfs(cluster);
        hdfs.files.setPermission(new Path("/"), new FsPermission((short) 0777));
        Path data = new Path("/data/digits.csv.gz");
        hdfs.files.copyFromLocalFile(
                new Path(Commands.REPOSITORY
                        .resolve("examples/data/digits.csv.gz")
                        .toUri()),
                data);
        return hdfs;
    }

    /** The digits, as {@code data.train.path}. */
    String digits() {
        return files.getUri() + "/data/digits.csv.gz";
    }

    /** A folder that is not there yet. */
    synchronized Path newFolder(String name) {
        return new Path(files.getUri() + "/runs/" + name.replaceAll("[^A-Za-z0-9]+", "-") + "-" + folders++)
                .makeQualified(files.getUri(), null);
    }

    boolean exists(Path file) throws IOException {
        return files.exists(file);
    }

    byte[] read(Path file) throws IOException {
        try (InputStream in = files.open(file)) {
            return in.readAllBytes();
        }
    }

    /** Steps of the newest checkpoint of a run that has its manifest, 0 if there is none. */
    long checkpointed(Path run) throws IOException {
        Path checkpoints = new Path(run, "checkpoints/compress");
        long newest = 0;
        if (files.exists(checkpoints)) {
            for (FileStatus place : files.listStatus(checkpoints)) {
                if (files.exists(new Path(place.getPath(), "manifest"))) {
                    newest = Math.max(
                            newest, Long.parseLong(place.getPath().getName().substring(0, 12)));
                }
            }
        }
        return newest;
    }

    /** Whether a checkpoint has been begun that has no manifest yet. */
    boolean isBeingWritten(Path run) throws IOException {
        for (FileStatus place : files.listStatus(new Path(run, "checkpoints/compress"))) {
            if (!files.exists(new Path(place.getPath(), "manifest"))) {
                return true;
            }
        }
        return false;
    }

    /** From now on not a single block fits into the folder. */
    void fill(Path folder) throws IOException {
        files.setQuota(
                folder,
                HdfsConstants.QUOTA_DONT_SET,
                files.getContentSummary(folder).getSpaceConsumed() + 1);
    }

    /** Takes the quota away again. */
    void empty(Path folder) throws IOException {
        files.setQuota(folder, HdfsConstants.QUOTA_DONT_SET, HdfsConstants.QUOTA_RESET);
    }

    /** Whether the drivers' user may write into a folder and the folders in it. */
    void writable(Path folder, boolean may) throws IOException {
        for (FileStatus inside : files.listStatus(folder)) {
            if (inside.isDirectory()) {
                writable(inside.getPath(), may);
            }
        }
        files.setPermission(folder, new FsPermission((short) (may ? 0755 : 0555)));
    }

    /** Makes a folder that belongs to the superuser. */
    void makeReadOnly(Path folder) throws IOException {
        files.mkdirs(folder, new FsPermission((short) 0555));
    }

    /** Makes all files of a folder that old; a negative age is the future. */
    void age(Path folder, long millis) throws IOException {
        RemoteIterator<LocatedFileStatus> inside = files.listFiles(folder, true);
        long time = System.currentTimeMillis() - millis;
        while (inside.hasNext()) {
            files.setTimes(inside.next().getPath(), time, time);
        }
    }

    void stopDataNode() {
        stopped = cluster.stopDataNode(0);
    }

    void startDataNode() throws IOException {
        cluster.restartDataNode(stopped, true);
        cluster.waitActive();
    }

    FileSystem files() {
        return files;
    }
}
