package io.zenvoy.tproxy.proxy;

import io.zenvoy.tproxy.proxy.Flow.Outcome;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries bytes between a client and an endpoint as if it were not there: an end of one direction
 * becomes an end, a reset becomes a reset, and each direction ends for itself. Owned by one event
 * loop.
 */
final class Relay {
  private static final Logger log = LoggerFactory.getLogger(Relay.class);

  private final Client client;
  private final Upstream upstream;
  private final ClusterTraffic traffic;
  private final Flow toUpstream;
  private final Flow toClient;
  private @Nullable Runnable onUpstreamAlive;
  private boolean clientHungUp;
  private boolean upstreamHungUp;
  private boolean ended;

  /**
   * @param onUpstreamAlive runs once: when the endpoint's program has sent a byte or closed, at the
   *     latest when this relay is cut
   */
  Relay(Client client, Upstream upstream, ClusterTraffic traffic, Runnable onUpstreamAlive) {
    this.onUpstreamAlive = onUpstreamAlive;
    this.client = client;
    this.upstream = upstream;
    this.traffic = traffic;
    ProxyLoop loop = client.loop;
    toUpstream = new Flow(client, upstream, loop.metrics().bytesToUpstream);
    toClient = new Flow(upstream, client, loop.metrics().bytesToClient);
  }

  /** Takes both ends over, and moves what the client has sent while it waited. */
  void start() {
    client.relay = this;
    upstream.relay = this;
    try {
      advance(toUpstream, toUpstream.move());
      watchBoth();
    } catch (IOException e) {
      log.atWarn().setCause(e).log("relay can't be watched; connection dropped");
      cut();
    }
  }

  /** One of the ends can be read or written, or is broken. */
  void ready(Descriptor end, int events) throws IOException {
    if (ended) {
      return;
    }
    if (end == upstream && (events & ~Descriptor.OUT) != 0) {
      tellUpstreamAlive();
    }
    if ((events & Descriptor.ERR) != 0) {
      breakOff(end);
      return;
    }
    if ((events & Descriptor.HANG_UP) != 0) {
      if (end == client) {
        clientHungUp = true;
      } else {
        upstreamHungUp = true;
      }
    }
    if ((events & Descriptor.OUT) != 0) {
      Flow into = into(end);
      advance(into, hungUp(into.source) ? into.drain() : into.move());
    }
    if (!ended && (events & (Descriptor.IN | Descriptor.HANG_UP)) != 0) {
      Flow from = from(end);
      advance(from, hungUp(end) ? from.drain() : from.move());
    }
    watchBoth();
  }

  /** Resets both ends. */
  void cut() {
    if (!ended) {
      ended = true;
      tellUpstreamAlive();
      toUpstream.cut();
      toClient.cut();
      client.abort();
      upstream.abort();
      traffic.relayEnded();
    }
  }

  private void tellUpstreamAlive() {
    Runnable tell = onUpstreamAlive;
    if (tell != null) {
      onUpstreamAlive = null;
      tell.run();
    }
  }

  private void advance(Flow flow, Outcome outcome) {
    switch (outcome) {
      case SOURCE_WAITING, SINK_FULL -> {}
      case FINISHED -> endIfFinished();
      case SOURCE_BROKEN -> cut();
      case SINK_BROKEN -> breakOff(flow.sink);
    }
  }

  /** An end was reset: what it had sent before is still delivered, then the other end is reset. */
  private void breakOff(Descriptor broken) {
    var _ = from(broken).drainReset();
    cut();
  }

  private void endIfFinished() {
    if (!ended && toUpstream.isFinished() && toClient.isFinished()) {
      ended = true;
      client.end();
      upstream.end();
      traffic.relayEnded();
    }
  }

  private void watchBoth() throws IOException {
    if (!ended) {
      watch(client);
      watch(upstream);
    }
  }

  private void watch(Descriptor end) throws IOException {
    int events = 0;
    if (from(end).wantsSource()) {
      events |= Descriptor.IN;
    }
    if (into(end).wantsSink()) {
      events |= Descriptor.OUT;
    }
    if (hungUp(end)) {
      // Reported without being asked for, for as long as the other end keeps us from reading it.
      events |= Descriptor.EDGE;
    }
    end.watch(events);
  }

  private boolean hungUp(Descriptor end) {
    return end == client ? clientHungUp : upstreamHungUp;
  }

  private Flow from(Descriptor end) {
    return end == client ? toUpstream : toClient;
  }

  private Flow into(Descriptor end) {
    return end == client ? toClient : toUpstream;
  }
}
