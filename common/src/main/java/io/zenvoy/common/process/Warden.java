package io.zenvoy.common.process;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * A small shell outside of this process that knows its children's process groups. When this process
 * is gone, {@code kill -9} included, the pipe between the two closes, and the shell ends every
 * group that is left: SIGTERM, then SIGKILL after a grace time. Thread-safe.
 */
final class Warden implements AutoCloseable {
  private static final String SCRIPT =
      """
      trap '' HUP INT TERM
      groups=' '
      while read -r sign group; do
        case $sign in
          +) groups="$groups$group " ;;
          -) groups="${groups%% $group *} ${groups#* $group }" ;;
        esac
      done
      for group in $groups; do kill -s TERM -- "-$group"; done
      tenths=0
      while [ "$tenths" -lt "$1" ]; do
        alive=
        for group in $groups; do kill -s 0 -- "-$group" && alive=yes; done
        [ -n "$alive" ] || exit 0
        sleep 0.1
        tenths=$((tenths + 1))
      done
      for group in $groups; do kill -s KILL -- "-$group"; done
      """;

  private final Process shell;
  private final OutputStream orders;

  private Warden(Process shell) {
    this.shell = shell;
    this.orders = shell.getOutputStream();
  }

  static Warden start(Duration grace) throws IOException {
    String tenths = Long.toString(Math.max(1, grace.toMillis() / 100));
    ProcessBuilder builder =
        new ProcessBuilder(List.of("setsid", "sh", "-c", SCRIPT, "zenvoy-warden", tenths));
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    return new Warden(builder.start());
  }

  void watch(long group) throws IOException {
    order("+", group);
  }

  /** Best effort: a group that is over needs no warden. */
  void forget(long group) {
    try {
      order("-", group);
    } catch (IOException e) {
      // The warden is gone; the next start of a process says so.
    }
  }

  private synchronized void order(String sign, long group) throws IOException {
    try {
      orders.write((sign + " " + group + "\n").getBytes(StandardCharsets.US_ASCII));
      orders.flush();
    } catch (IOException e) {
      throw new IOException("the process that ends zenvoy's children with it has died", e);
    }
  }

  /** Lets the shell end what is left, and does not wait for it. */
  @Override
  public synchronized void close() {
    try {
      orders.close();
    } catch (IOException e) {
      shell.destroy();
    }
  }
}
