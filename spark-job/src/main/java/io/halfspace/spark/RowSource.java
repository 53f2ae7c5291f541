package io.halfspace.spark;

import java.util.List;
import org.apache.spark.api.java.JavaRDD;

/** Rows in storage. A row's id is its place in the order of the storage, whatever the cluster. */
interface RowSource {
    long rows();

    PackedRow.Values values();

    /** Names of the classes in the order of their labels; empty where labels are numbers. */
    List<String> classNames();

    /** Packed rows of a part, in any order and over any number of partitions. */
    JavaRDD<byte[]> read(Cut cut);
}
