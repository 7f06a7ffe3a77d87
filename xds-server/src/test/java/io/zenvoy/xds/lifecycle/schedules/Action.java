package io.zenvoy.xds.lifecycle.schedules;

/**
 * One step of a schedule.
 *
 * @param pick which of those that the step could be about, and how; any number, taken modulo
 */
record Action(Kind kind, int pick) {
  enum Kind {
    /** Everything goes on as it should for 300 ms. */
    ROUND,
    /** As {@link #ROUND}, but each node does only some of it. */
    ROUGH_ROUND,
    /** All clients are done, and nobody comes until the workload is about to sleep. */
    QUIET,
    /** Only time passes. */
    TIME,
    /** A client connects. */
    CONNECT,
    /** A connection ends as it should. */
    FINISH,
    /** A client that waits gives up. */
    LEAVE,
    /** A node takes in what was published. */
    RECEIVE,
    /** An Envoy's workers begin to use what it took in. */
    SWITCH,
    /** A node sends a report. */
    REPORT,
    /** A report arrives. */
    DELIVER,
    /** A report arrives once more. */
    DELIVER_AGAIN,
    /** The API server answers the oldest write. */
    ANSWER,
    /** The API server fails the oldest write. */
    UNAVAILABLE,
    /** The API server refuses the oldest write. */
    REFUSE,
    /** The API server carries the oldest write out, and its answer is lost. */
    LOSE_ANSWER,
    /** One pod goes one step on. */
    POD,
    /** A pod stops to be ready by itself. */
    UNREADY,
    /** An informer tells one thing. */
    INFORM,
    /** An informer tells once more what it told last. */
    INFORM_AGAIN,
    /** A person scales. */
    SCALE,
    /** Somebody begins or ceases to take every replica away that zenvoy asks for. */
    RESET,
    /** The workload changes in something else than its replicas. */
    TOUCH,
    /** A dry run begins or ends. */
    DRY_RUN,
    /** Times at which the workload is awake are given or taken away. */
    SCHEDULE,
    /** The clock on the wall jumps. */
    CLOCK,
    /** A node loses its connection to the control plane and goes on without it. */
    PARTITION,
    /** All nodes are connected again, each once. */
    HEAL,
    /** A node is killed and started anew. */
    KILL,
    /** Another node connects by the id of one that is there. */
    DOUBLE,
    /** The control plane is killed and started anew. */
    RESTART,
    /** A write of a former control plane arrives. */
    LATE_WRITE
  }
}
