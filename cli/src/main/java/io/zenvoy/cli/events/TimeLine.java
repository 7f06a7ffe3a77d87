package io.zenvoy.cli.events;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What happened to one request, step by step, in milliseconds since it was sent.
 *
 * @param service whose events count
 * @param sent when the request was sent
 * @param answered when the whole answer was there
 * @param status the answer's HTTP status
 */
public record TimeLine(String service, Instant sent, Instant answered, int status) {
  /** Logs are in whole milliseconds, so everything is. */
  public TimeLine {
    sent = sent.truncatedTo(ChronoUnit.MILLIS);
    answered = answered.truncatedTo(ChronoUnit.MILLIS);
  }

  private record Step(Instant time, String text) {}

  /** One line for each step, in the order of their times. */
  public List<String> render(List<LogEvent> events) {
    List<Step> steps = new ArrayList<>();
    steps.add(new Step(sent, "request sent"));
    step(events, "parked", "parked by tproxy: nothing is read until the upstream is there", steps);
    step(events, "waking", "xds-server wakes the service", steps);
    find(events, "process started")
        .ifPresent(
            event ->
                steps.add(
                    new Step(
                        event.time(),
                        "upstream process started (pid " + event.value("pid") + ")")));
    find(events, "process ready")
        .ifPresent(
            event ->
                steps.add(
                    new Step(
                        event.time(), "upstream ready (port " + event.value("port") + " open)")));
    find(events, "released")
        .ifPresent(
            event -> steps.add(new Step(event.time(), "forwarded to " + event.value("endpoint"))));
    steps.add(new Step(answered, "answered: " + status));
    // A stable sort: within one millisecond the order above is the order of cause and effect.
    steps.sort(Comparator.comparing(Step::time));
    return steps.stream().map(step -> line(step.time(), step.text())).toList();
  }

  /** One further line, for something that happened later. */
  public String line(Instant time, String text) {
    long millis = Duration.between(sent, time.truncatedTo(ChronoUnit.MILLIS)).toMillis();
    return String.format("%+8d ms  %s", millis, text);
  }

  /** Which of the steps that a woken request must have are not among the events. */
  public List<String> missing(List<LogEvent> events) {
    return List.of("parked", "process started", "process ready", "released").stream()
        .filter(message -> find(events, message).isEmpty())
        .toList();
  }

  private void step(List<LogEvent> events, String message, String text, List<Step> steps) {
    find(events, message).ifPresent(event -> steps.add(new Step(event.time(), text)));
  }

  private Optional<LogEvent> find(List<LogEvent> events, String message) {
    return events.stream()
        .filter(event -> event.is(message, service) && !event.time().isBefore(sent))
        .findFirst();
  }
}
