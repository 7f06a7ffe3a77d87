package io.zenvoy.it.faults;

/** What became of a request, a connection or a WebSocket. */
public enum Outcome {
  /** Answered by the right service, which had received exactly what was sent. */
  RIGHT,
  /** The connection failed, or the answer was an error. */
  LOST,
  /** No answer within a generous time. */
  HUNG,
  /** Answered by another service. */
  MISROUTED,
  /** Answered by the right service, which had received something else. */
  CORRUPTED
}
