package io.zenvoy.it.faults;

import io.zenvoy.it.ChildProcess;
import io.zenvoy.it.Pause;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells each change of a service's phase within a few milliseconds, as xds-server logs it. Asking
 * its metrics so often would slow it down.
 */
public final class PhaseLog implements AutoCloseable {
  private static final Duration LOOK_EVERY = Duration.ofMillis(4);
  private static final Pattern PHASE =
      Pattern.compile("LifecycleStatus: (asleep|waking|awake|draining) service=\"([^\"]*)\"");

  private final RandomAccessFile file;
  private final BiConsumer<String, String> listener;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Follows what is logged from now on.
   *
   * @param listener gets the service and its phase, on a thread of the log's own
   */
  public PhaseLog(ChildProcess xdsServer, BiConsumer<String, String> listener) {
    this.listener = listener;
    try {
      file = new RandomAccessFile(xdsServer.log().toFile(), "r");
      file.seek(file.length());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    thread = Thread.ofVirtual().name("phases").start(this::follow);
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
      file.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void follow() {
    StringBuilder pending = new StringBuilder();
    try {
      while (!closed) {
        byte[] chunk = new byte[(int) Math.min(65_536, file.length() - file.getFilePointer())];
        file.readFully(chunk);
        pending.append(new String(chunk, StandardCharsets.US_ASCII));
        int end = pending.lastIndexOf("\n");
        if (end >= 0) {
          Matcher lines = PHASE.matcher(pending.substring(0, end));
          while (lines.find()) {
            listener.accept(lines.group(2), lines.group(1));
          }
          pending.delete(0, end + 1);
        }
        if (chunk.length == 0) {
          Pause.of(LOOK_EVERY);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
