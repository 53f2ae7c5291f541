/** One class that Deeplearning4j 1.0.0-M2.1 looks for under a name ND4J has left. Nothing else belongs here. */
package org.nd4j.nativeblas;
