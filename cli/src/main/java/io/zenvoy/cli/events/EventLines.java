package io.zenvoy.cli.events;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** One line for people about an event as it happens. */
public final class EventLines {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

  private final ZoneId zone;

  public EventLines(ZoneId zone) {
    this.zone = zone;
  }

  /** The line; empty if people need not know. Warnings and errors are always told. */
  public Optional<String> render(LogEvent event) {
    return text(event).map(text -> TIME.format(event.time().atZone(zone)) + "  " + text);
  }

  private static Optional<String> text(LogEvent event) {
    String service = event.value("service").replaceFirst("^local/", "");
    String known =
        switch (event.message()) {
          case "parked" -> "a client waits";
          case "waking" -> "waking";
          case "process started" ->
              "process " + event.value("pid") + " started for port " + event.value("port");
          case "process ready" ->
              "port " + event.value("port") + " open after " + event.value("after_ms") + " ms";
          case "released" ->
              "forwarded to "
                  + event.value("endpoint")
                  + " after "
                  + event.value("waited_ms")
                  + " ms";
          case "awake" -> "awake";
          case "draining" -> "quiet: draining";
          case "asleep" -> "asleep";
          case "process stopped" ->
              "process "
                  + event.value("pid")
                  + " stopped (exit code "
                  + event.value("exit_code")
                  + ")";
          case "process exited before its port opened" ->
              "the process exited with code "
                  + event.value("exit_code")
                  + " before its port opened; its last output:"
                  + indented(event.value("output"));
          case "process not started" -> "not started: " + event.value("reason");
          case "parked connections failed" ->
              event.value("connections") + " waiting client(s) got the failure answer";
          case "wake failed" -> "wake failed: " + event.value("reason");
          default -> "";
        };
    if (!service.isEmpty() && !known.isEmpty()) {
      return Optional.of(service + ": " + known);
    }
    return event.level().compareTo(LogEvent.Level.WARN) >= 0
        ? Optional.of(event.text())
        : Optional.empty();
  }

  private static String indented(String output) {
    return output.isBlank() ? " (none)" : ("\n" + output.strip()).replace("\n", "\n    | ");
  }
}
