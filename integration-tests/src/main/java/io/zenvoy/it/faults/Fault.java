package io.zenvoy.it.faults;

/** The rows of {@code FAULTS.md}, in their order. */
public enum Fault {
  SCALE_DOWN_REQUESTS(
      "requests in the instant of the scale-down",
      "services that sleep after a second; each time one begins to drain, requests at a moment between the"
          + " first step of it and its scale to zero, half of them within 30 ms of that one",
      "every request is answered: by the old pod, which cancels the sleep, or by the next"),
  SCALE_DOWN_WEBSOCKETS(
      "WebSockets in the instant of the scale-down",
      "the same with WebSockets, all of which then stay open together for two windows",
      "each opens, echoes, and echoes again at the end"),
  SCALE_DOWN_ANSWER_LOST(
      "the answer of the scale-down is lost",
      "packets from the API server are dropped while services drain, so that they are scaled to zero and"
          + " xds-server is not told; requests from that moment on, packets pass again later",
      "every request is answered"),
  CONTROL_PLANE_KILLED_IN_WAKE(
      "`kill -9` of xds-server between trigger and scale",
      "packets to the API server are dropped, so that the wake is decided but not written; then kill -9,"
          + " packets pass again, xds-server starts anew",
      "what waits is answered"),
  SLEEPERS_RESTARTED(
      "many sleeping services, xds-server restarted",
      "services made in random order; kill -9 of xds-server; the new one lists them in another order",
      "every slot is the same, nothing is misrouted"),
  RESTART_BEFORE_SYNC(
      "restart before the informers sync",
      "the API server is frozen while xds-server restarts, requests to sleeping and to awake services"
          + " meanwhile; then it goes on",
      "nothing is served before the caches have synced, so nothing is lost; nobody sleeps"),
  API_SERVER_KILLED(
      "kill of the API server in mid-wake",
      "kill -9 of kube-apiserver after the scale, before the pods are ready; it is away for a while",
      "what waits is answered, awake services are served all the time"),
  API_PACKETS_DROPPED(
      "dropped packets between xds-server and API server",
      "`iptables -j DROP` in both directions, with wakes in it; nothing is reset",
      "what waits is answered once packets pass; the delay after that is bounded"),
  HISTORY_COMPACTED(
      "410 Gone after compaction, with deletes in the gap",
      "watches cut and packets dropped; services deleted and made; API server restarted, etcd compacted;"
          + " packets pass",
      "xds-server knows what is there and what is gone; neighbours are served"),
  PERMISSIONS_TAKEN(
      "RBAC taken away and given back",
      "the RoleBinding is deleted, requests to sleeping services, then it is made again",
      "what waits is answered once the rights are back; nothing else is disturbed"),
  LEADER_STOPPED(
      "a leader that is stopped and continued",
      "two control planes; SIGSTOP of the leader while requests wait in mid-wake, others sent during it; SIGCONT"
          + " after the next one has answered them",
      "all are answered by the next one within 10 s of the freeze; the former leader serves nobody and"
          + " writes no scale"),
  LEADER_KILLED(
      "`kill -9` of a leader",
      "the same with kill -9; it starts again as a standby",
      "all are answered by the next one within 10 s of the kill"),
  LEADER_CUT_OFF(
      "a leader that is cut off",
      "the same with `iptables -j DROP` between the leader and the API server; packets pass again after the next"
          + " one has answered",
      "all are answered by the next one within 10 s of the cut; the former leader serves nobody, and no"
          + " write of it that arrives late changes anything"),
  LEADER_KILLED_BEFORE_SCALE(
      "`kill -9` of a leader between trigger and scale",
      "packets from the leader to the API server are dropped, so that the wake is decided but not written;"
          + " then kill -9 of the leader",
      "what waits is answered by the next one"),
  SLEEPERS_INHERITED(
      "many sleeping services, the leader killed",
      "kill -9 of the leader of two; the next one serves",
      "every slot is the same, nothing is misrouted"),
  API_SERVER_OF_TWO_KILLED(
      "kill of the API server in mid-wake, two control planes",
      "as with one; for lack of a Lease nobody leads meanwhile",
      "what waits is answered, awake services are served all the time"),
  METRICS_CUT(
      "Envoy's metrics cut off under load",
      "a second Envoy's metrics go through a relay that stops to carry anything; xDS goes on",
      "nothing sleeps while one Envoy is silent; it does once the metrics are back"),
  NODE_ID_TWICE(
      "two Envoys with one node id",
      "a second Envoy with the same `node.id`, under load",
      "nothing sleeps while both are there, and zenvoy says why; it does once one is gone"),
  SILENT_STREAMS(
      "a silent WebSocket and a silent long poll",
      "both open without a byte for three windows",
      "the service stays awake, the streams go on"),
  ENDPOINT_REFUSES(
      "an endpoint that refuses after it is called ready",
      "nothing listens at the pod's address for 3 s",
      "what waits is answered when it listens"),
  ENDPOINT_SWALLOWS(
      "an endpoint that swallows SYNs after it is called ready",
      "`iptables -j DROP` at the pod's port for 3 s",
      "what waits is answered when packets pass"),
  ENDPOINT_RESETS(
      "an endpoint that resets after it is called ready",
      "the pod accepts and resets at once for 3 s; requests by GET, since others must never be run twice",
      "what waits is answered when it serves"),
  CHURN(
      "churn of services",
      "50 creations and deletions a second, under load on services that stay",
      "afterwards Envoy's configuration dump equals the API server's truth; the load is served"),
  CLIENTS_LEAVE(
      "clients that leave while they are parked",
      "connections straight to a slot whose service never becomes ready; all are closed at once",
      "all are freed within a second"),
  CAP_REACHED(
      "a service that reaches its cap",
      "`zenvoy.io/max-parked` of a service that is not ready, more clients than that",
      "as many wait as the cap says, and are served; the others are told at once why they are not;"
          + " neighbours are served meanwhile"),
  PACKET_LOSS(
      "5 % packet loss",
      "`iptables -m statistic --mode random --probability 0.05 -j DROP` for everything: clients, Envoy,"
          + " zenvoy, Kubernetes, etcd; with wakes and sleeps in it",
      "everything is answered"),
  DAEMON_KILLED(
      "`kill -9` of tproxy under load",
      "kill -9, restart, again and again, while services wake, sleep and are served",
      "no more is lost than the daemon held at that moment; what comes next is served"),
  DAEMON_TERMINATED(
      "SIGTERM of tproxy while requests wait for longer than 20 s",
      "requests to services that wake slowly, SIGTERM of tproxy, more requests; the pods are ready"
          + " 22 s later, tproxy starts again when it has ended",
      "nothing is lost"),
  ENVOY_KILLED(
      "`kill -9` of Envoy under load",
      "kill -9, restart; clients connect again until somebody listens",
      "no more is lost than was under way at that moment; what comes next is served"),
  TCP_SCALE_DOWN(
      "TCP connections in the instant of the scale-down",
      "as with requests, through TCP listeners; half of the services greet their clients, who say nothing before;"
          + " each client asks again 0.3 s after its first answer",
      "both are answered: by the old pod, which cancels the sleep, or by the next"),
  TCP_SILENT_SESSIONS(
      "silent psql sessions",
      "real psql and PostgreSQL; sessions without a byte for three windows, some relayed by the daemon, some"
          + " straight from Envoy to the pod",
      "the database stays awake, and each session goes on with its temporary table"),
  TCP_COPY_CONTROL_PLANE_KILLED(
      "a long copy over TCP, xds-server killed",
      "bytes in both directions at once over a connection that the daemon relays and one from Envoy to the pod;"
          + " kill -9 of xds-server and its restart meanwhile; the waits are the longest ones for any byte",
      "neither is cut, and the SHA-256 of both ends are the same"),
  TCP_LEADER_KILLED(
      "`kill -9` of a leader under 100 TCP sessions",
      "two control planes; half of the sessions are relayed by the daemon; half of all are silent, the others ask"
          + " all the time; kill -9 of the leader, three windows under the next one",
      "no session is cut, every question is answered by the service that it is meant for"),
  RELAYED_STREAM(
      "a long stream through the daemon",
      "bytes in both directions at once over one connection, through Envoy and straight to the slot; the reader"
          + " stops until the sender can send no more, and then reads slowly for a while",
      "the SHA-256 of both ends are the same"),
  RELAYED_CONNECTIONS(
      "many short connections through the daemon",
      "each with bytes of its own, straight to the slot and through an Envoy that was told of no pod; they end by"
          + " FIN and by reset of either side, and after a half-close",
      "all bytes and every end arrive as they were sent; then the daemon has the descriptors, connections and"
          + " memory that it had before"),
  RELAYED_MIX(
      "a crowd of every mix through the daemon",
      "connections straight to two slots, first a crowd that is parked until its pods are ready, then as many at a"
          + " time; every mix of {client or server speaks first; FIN or reset of either side, half-close; slow"
          + " reader at either side; some bytes to half a megabyte}",
      "the SHA-256 of both ends are the same in both directions, every end arrives as it was meant, none hangs");

  final String title;
  final String injected;
  final String mustHold;

  Fault(String title, String injected, String mustHold) {
    this.title = title;
    this.injected = injected;
    this.mustHold = mustHold;
  }
}
