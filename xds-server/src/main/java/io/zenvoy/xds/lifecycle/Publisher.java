package io.zenvoy.xds.lifecycle;

import io.zenvoy.xds.model.Assignment;
import io.zenvoy.xds.model.Cluster;
import io.zenvoy.xds.model.Entrances;
import io.zenvoy.xds.serve.NodeKind;

/**
 * Where the life cycle's decisions about traffic go. Each call returns the revision that contains
 * it; revisions only grow.
 */
public interface Publisher {
  /** Defines a new cluster together with where its connections go. */
  long define(NodeKind audience, Assignment assignment);

  /**
   * Defines a cluster anew; its connections go where they went.
   *
   * @param assignment says where that is, for what belongs to the cluster and may be new
   */
  long redefine(NodeKind audience, Assignment assignment);

  /** Takes a cluster away. */
  long withdraw(NodeKind audience, Cluster cluster);

  /** Changes where the connections of a defined cluster go. */
  long assign(NodeKind audience, Assignment assignment);

  /** Replaces everything by which clients reach clusters. */
  long route(Entrances entrances);

  /** Begins to serve. */
  void open();
}
