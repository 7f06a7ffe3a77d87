package io.zenvoy.xds.serve;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One ADS stream. gRPC's threads and the cache only post to the stream's mailbox; all of its state
 * is touched by the mailbox's tasks alone, one after the other.
 *
 * @param <Q> requests
 * @param <R> responses
 */
final class AdsStream<Q, R> implements StreamObserver<Q>, ResourceCache.Listener {
  private static final Logger log = LoggerFactory.getLogger(AdsStream.class);

  private final AdsService service;
  private final AdsVariant<Q, R> variant;
  private final ServerCallStreamObserver<R> client;
  private final Mailbox mailbox;
  private final AdsSession.Outlet<R> outlet;
  private NodeKind kind = NodeKind.ENVOY;
  private @Nullable AdsSession<Q, R> session;
  private boolean ended;

  AdsStream(AdsService service, AdsVariant<Q, R> variant, ServerCallStreamObserver<R> client) {
    this.service = service;
    this.variant = variant;
    this.client = client;
    this.mailbox = new Mailbox(service.executor(), this::pump, this::fail);
    this.outlet =
        new AdsSession.Outlet<>() {
          @Override
          public boolean isReady() {
            return client.isReady();
          }

          @Override
          public void send(R response) {
            client.onNext(response);
          }
        };
    // One request at a time: a client that floods waits in its own socket, not in our memory.
    client.disableAutoRequest();
    client.setOnReadyHandler(() -> mailbox.post(() -> {}));
    client.setOnCancelHandler(() -> mailbox.post(this::end));
    client.request(1);
  }

  @Override
  public void onNext(Q request) {
    mailbox.post(() -> receive(request));
  }

  @Override
  public void onError(Throwable cause) {
    mailbox.post(this::end);
  }

  @Override
  public void onCompleted() {
    mailbox.post(
        () -> {
          if (!ended) {
            end();
            client.onCompleted();
          }
        });
  }

  /** Closes the stream so that the client connects anew. */
  void close(Status status) {
    mailbox.post(() -> closeWith(status));
  }

  @Override
  public NodeKind kind() {
    return kind;
  }

  @Override
  public void changed(long revision, Map<ResourceType, Set<String>> names) {
    mailbox.post(
        () -> {
          if (session != null) {
            session.changed(revision, names);
          }
        });
  }

  private void receive(Q request) {
    if (ended) {
      return;
    }
    if (session == null) {
      switch (service.admit(variant.node(request))) {
        case NodeGate.Admission.Admitted(NodeKey node) -> begin(node);
        case NodeGate.Admission.Refused(String reason, Status status) -> closeWith(status);
        case NodeGate.Admission.Incompatible(NodeKey node, String problem) ->
            closeWith(Status.FAILED_PRECONDITION.withDescription(problem));
      }
    }
    if (session != null) {
      session.receive(request);
      client.request(1);
    }
  }

  private void begin(NodeKey node) {
    kind = node.kind();
    // Changes that are made from here on wait in the mailbox until this task is done.
    long revision = service.cache().add(this);
    session = service.newSession(node, variant, revision);
    service.nodes().add(session);
  }

  private void pump() {
    if (session != null && !ended) {
      if (service.mayServe()) {
        session.pump(outlet);
      } else {
        closeWith(NodeGate.NOT_LEADING);
      }
    }
  }

  private void closeWith(Status status) {
    if (!ended) {
      end();
      client.onError(status.asRuntimeException());
    }
  }

  private void end() {
    if (ended) {
      return;
    }
    ended = true;
    service.forget(this);
    service.cache().remove(this);
    if (session != null) {
      service.nodes().remove(session);
      session = null;
    }
  }

  private void fail(RuntimeException cause) {
    if (!client.isCancelled()) {
      log.atError().setCause(cause).addKeyValue("kind", kind).log("ADS stream failed");
      service.countFailure();
    }
    try {
      closeWith(Status.INTERNAL.withDescription("xds-server: " + cause));
    } catch (RuntimeException e) {
      log.atDebug().setCause(e).log("stream was closed already");
    }
  }
}
