package io.zenvoy.xds;

import io.zenvoy.xds.lifecycle.Lifecycle;
import io.zenvoy.xds.lifecycle.Term;
import io.zenvoy.xds.serve.XdsGrpcServer;
import io.zenvoy.xds.status.LifecycleStatus;

/**
 * A life cycle with the gRPC edge that it publishes to. The port is bound during a term alone: a
 * client that comes to a standby is refused and dials anew, where it would otherwise keep its
 * connection and be told over it for ever that it is wrong here.
 *
 * @param onEnd run when nothing is served any more
 */
record ServingTerm(Lifecycle lifecycle, XdsGrpcServer edge, LifecycleStatus status, Runnable onEnd)
    implements Term {
  @Override
  public void close() {
    edge.close();
    status.close();
    onEnd.run();
  }
}
