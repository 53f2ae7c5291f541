/** The flow, end to end: what holds only when all modules work together. */
package io.halfspace.flow;
