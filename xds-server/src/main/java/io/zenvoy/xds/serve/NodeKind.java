package io.zenvoy.xds.serve;

/** Who is at the other end of a stream; each kind sees resources of its own. */
public enum NodeKind {
  ENVOY,
  DAEMON
}
