package io.halfspace.flow;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A standalone Spark cluster: a master and workers of one core, each a process. */
final class StandaloneCluster implements AutoCloseable {
    private final List<Process> daemons = new ArrayList<>();
    private final Path folder;
    private final int port;

    /**
     * Starts one.
     *
     * @param folder for logs and the workers' files
     * @param hosts names of this machine, a worker each
     */
    StandaloneCluster(Path folder, String... hosts) throws Exception {
        this.folder = Files.createDirectories(folder);
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        start("master.Master", "localhost", "--port", Integer.toString(port));
        awaitMaster();
        for (String host : hosts) {
            start("worker.Worker", host, "--cores", "1", "--memory", "2g", "--work-dir", folder + "/work", master());
        }
    }

    String master() {
        return "spark://localhost:" + port;
    }

    private void start(String name, String host, String... more) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(org.apache.spark.launcher.JavaModuleOptions.defaultModuleOptions()
                .split(" ")));
        command.addAll(List.of("-Xmx512m", "-cp", ShippedJars.FOLDER + "/spark/jars/*"));
        command.addAll(List.of("org.apache.spark.deploy." + name, "--host", host, "--webui-port", "0"));
        command.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.redirectOutput(
                folder.resolve(name + "-" + daemons.size() + ".log").toFile());
        daemons.add(builder.start());
    }

    private void awaitMaster() throws Exception {
        for (int tries = 0; tries < 300; tries++) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("localhost", port));
                return;
            } catch (IOException e) {
                TimeUnit.MILLISECONDS.sleep(200);
            }
        }
        throw new IOException("the master does not answer");
    }

    @Override
    public void close() {
        daemons.forEach(daemon -> {
            daemon.descendants().forEach(ProcessHandle::destroyForcibly);
            daemon.destroyForcibly();
        });
    }
}
