package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ReachabilityTest {
  private static final RequestTarget LIST = new RequestTarget("list", "services", "shop");
  private static final RequestTarget WATCH_ALL = new RequestTarget("watch", "deployments", "");

  private final Reachability reachability = new Reachability("https://server:6443/");

  @Test
  void nothingIsWrongAtFirst() {
    assertThat(reachability.problem()).isEmpty();
  }

  @Test
  void anOutageLastsUntilTheNextAnswer() {
    reachability.failed(new CompletionException(new ConnectException("refused")));
    assertThat(reachability.problem())
        .isEqualTo("Kubernetes at https://server:6443/ is unreachable: ConnectException: refused");

    reachability.answered(LIST, 500);
    assertThat(reachability.problem()).isEmpty();
  }

  @Test
  void whatIsForbiddenIsNamedUntilItIsAllowed() {
    reachability.answered(LIST, 403);
    reachability.answered(WATCH_ALL, 403);
    assertThat(reachability.problem())
        .isEqualTo("Kubernetes forbids to list services in namespace shop");

    reachability.answered(LIST, 200);
    assertThat(reachability.problem())
        .isEqualTo("Kubernetes forbids to watch deployments in all namespaces");

    reachability.answered(WATCH_ALL, 101);
    assertThat(reachability.problem()).isEmpty();
  }

  @Test
  void credentialsThatAreNotAcceptedAreSaidToBe() {
    reachability.answered(LIST, 401);

    assertThat(reachability.problem())
        .isEqualTo("Kubernetes at https://server:6443/ does not accept the credentials");
  }

  @Test
  void aReasonIsNeverEmptyAndHasOneLine() {
    ConnectException silent = new ConnectException();
    silent.initCause(new ClosedChannelException());

    assertThat(Reachability.reason(silent)).isEqualTo("ConnectException");
    assertThat(Reachability.reason(new IllegalStateException("a\n  b")))
        .isEqualTo("IllegalStateException: a b");
    assertThat(Reachability.reason(new RuntimeException(null, new ConnectException("refused"))))
        .isEqualTo("ConnectException: refused");
  }
}
