package io.zenvoy.xds.workloads.kubernetes.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AttentiveWebSocketTest {
  private static final int LIMIT = 3;

  private final Heartbeat heartbeat = new Heartbeat();
  private final TestingWebSocket under = new TestingWebSocket();
  private final List<String> heard = new ArrayList<>();
  private int answers;
  private int silences;
  private final AttentiveWebSocket socket =
      new AttentiveWebSocket(
          new Recorder(),
          heartbeat,
          new Silence(() -> LIMIT),
          () -> answers++,
          () -> {
            silences++;
            heard.add("silent");
          });

  @AfterEach
  void stop() {
    heartbeat.close();
  }

  @Test
  void itIsPingedAtEveryBeat() {
    socket.onOpen(under);

    beat(2);

    assertThat(under.pings).isEqualTo(2);
    assertThat(under.demand).isEqualTo(1);
  }

  @Test
  void oneWhosePingsAreAnsweredLivesOn() {
    socket.onOpen(under);

    for (int beat = 0; beat < 10 * LIMIT; beat++) {
      beat(1);
      socket.onPong(under, ByteBuffer.allocate(0));
    }

    assertThat(under.aborted).isFalse();
    assertThat(answers).isEqualTo(10 * LIMIT);
    assertThat(heard).containsExactly("open");
  }

  @Test
  void oneThatIsSilentIsAbortedAndItsListenerToldOnce() {
    socket.onOpen(under);

    beat(LIMIT);
    assertThat(under.aborted).isFalse();
    beat(5);

    assertThat(under.aborted).isTrue();
    assertThat(silences).isEqualTo(1);
    assertThat(heard).containsExactly("open", "silent", "error HttpTimeoutException");
    assertThat(heartbeat.size()).isZero();
  }

  @Test
  void nothingIsToldAfterItsEnd() {
    socket.onOpen(under);
    beat(LIMIT + 1);

    socket.onText(under, "late", true);
    socket.onError(under, new HttpTimeoutException("late"));
    socket.onClose(under, WebSocket.NORMAL_CLOSURE, "late");

    assertThat(heard).containsExactly("open", "silent", "error HttpTimeoutException");
  }

  @Test
  void aListenerThatIsBusyWithWhatCameIsNotTakenForSilence() {
    socket.onOpen(under);
    socket.onText(under, "event", true);

    beat(10 * LIMIT);
    assertThat(under.aborted).isFalse();
    socket.request(1);
    beat(LIMIT + 1);

    assertThat(under.aborted).isTrue();
  }

  @Test
  void oneThatIsClosedIsNotAttendedToAnyMore() {
    socket.onOpen(under);
    socket.onClose(under, WebSocket.NORMAL_CLOSURE, "");

    beat(10 * LIMIT);

    assertThat(heard).containsExactly("open", "close");
    assertThat(under.pings).isZero();
  }

  private void beat(int times) {
    for (int beat = 0; beat < times; beat++) {
      heartbeat.beat();
    }
  }

  private final class Recorder implements WebSocket.Listener {
    @Override
    public void onOpen(WebSocket opened) {
      heard.add("open");
      opened.request(1);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      heard.add("text " + data);
      return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int statusCode, String reason) {
      heard.add("close");
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
      heard.add("error " + error.getClass().getSimpleName());
    }
  }
}
