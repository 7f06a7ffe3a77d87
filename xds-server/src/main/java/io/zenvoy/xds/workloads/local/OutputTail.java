package io.zenvoy.xds.workloads.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what a process writes, so that it never blocks on a full pipe, and keeps its last lines.
 * Every line is logged at debug level.
 */
final class OutputTail {
  private static final Logger log = LoggerFactory.getLogger(OutputTail.class);
  private static final int MAX_LINES = 20;
  private static final int MAX_LINE_LENGTH = 1000;

  private final String service;
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  @GuardedBy("this")
  private final ArrayDeque<String> lines = new ArrayDeque<>();

  private OutputTail(String service) {
    this.service = service;
  }

  static OutputTail read(String service, InputStream output) {
    OutputTail tail = new OutputTail(service);
    Thread.ofVirtual().name("output of " + service).start(() -> tail.readAll(output));
    return tail;
  }

  /** Completes when nobody can write any more. */
  CompletableFuture<Void> end() {
    return end.copy();
  }

  /** The last lines, at most 20, each cut at 1000 characters. */
  synchronized String text() {
    return String.join("\n", lines);
  }

  private void readAll(InputStream output) {
    try (BufferedReader reader = new BufferedReader(new InputStreamReader(output, UTF_8))) {
      StringBuilder line = new StringBuilder();
      for (int next = reader.read(); next >= 0; next = reader.read()) {
        if (next != '\n') {
          line.append((char) next);
        }
        if (next == '\n' || line.length() == MAX_LINE_LENGTH) {
          add(line);
        }
      }
      if (!line.isEmpty()) {
        add(line);
      }
    } catch (IOException e) {
      log.atDebug().addKeyValue("service", service).setCause(e).log("process output lost");
    } finally {
      end.complete(null);
    }
  }

  private void add(StringBuilder line) {
    String text = line.toString();
    line.setLength(0);
    log.atDebug().addKeyValue("service", service).addKeyValue("line", text).log("process output");
    synchronized (this) {
      lines.add(text);
      if (lines.size() > MAX_LINES) {
        lines.remove();
      }
    }
  }
}
