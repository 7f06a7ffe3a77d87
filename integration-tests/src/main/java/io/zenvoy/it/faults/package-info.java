/**
 * Faults on the real thing. A {@link io.zenvoy.it.faults.FaultRun} is one row of {@code FAULTS.md}:
 * {@link io.zenvoy.it.faults.Clients} send requests of which each is unique, a {@link
 * io.zenvoy.it.faults.Tally} counts what became of every one, and the figures are written to {@code
 * target/faults}, from which {@link io.zenvoy.it.faults.FaultTable} makes the table.
 */
@NullMarked
package io.zenvoy.it.faults;

import org.jspecify.annotations.NullMarked;
