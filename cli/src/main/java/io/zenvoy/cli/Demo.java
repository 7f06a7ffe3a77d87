package io.zenvoy.cli;

import io.zenvoy.cli.events.LogEvent;
import io.zenvoy.cli.events.TimeLine;
import io.zenvoy.cli.stack.LauncherSettings;
import io.zenvoy.cli.stack.Probe;
import io.zenvoy.cli.stack.ProgramFailedException;
import io.zenvoy.cli.stack.Stack;
import io.zenvoy.common.Durations;
import io.zenvoy.common.environment.Environment;
import java.io.IOException;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One service, asleep; one request; what happened to it; and the sleep afterwards. */
final class Demo {
  private static final String SERVICE = "hello";
  private static final String INDENT = "    ";
  private static final int MAX_ANSWER_LINES = 15;
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration SLEEP_MARGIN = Duration.ofSeconds(30);
  private static final Duration LOG_DELAY = Duration.ofSeconds(2);

  private static final Map<String, String> DEFAULTS =
      Map.of(
          "SCALE_TO_ZERO_AFTER", "3s",
          "SCALE_TO_ZERO_CHECK", "500ms",
          "SLEEP_HOLD_AFTER_START", "1s");

  private final Stack stack;
  private final Probe probe;
  private final LauncherSettings settings;
  private final Map<String, String> environment;
  private final PrintStream out;

  Demo(
      Stack stack,
      Probe probe,
      LauncherSettings settings,
      Map<String, String> environment,
      PrintStream out) {
    this.stack = stack;
    this.probe = probe;
    this.settings = settings;
    this.environment = environment;
    this.out = out;
  }

  /**
   * Runs the demo once.
   *
   * @param upstream a program that serves HTTP on the port named by {@code PORT}
   * @return the exit code, 0
   * @throws ProgramFailedException if something did not happen in time
   */
  int run(Path upstream) throws ProgramFailedException, IOException, InterruptedException {
    Duration idle = new Environment(environment).duration("SCALE_TO_ZERO_AFTER", "3s");
    Path services = stack.folder().resolve("services.yaml");
    Files.writeString(services, servicesFile(upstream));
    stack.start(services, environment, DEFAULTS, out::println);
    TimeLine timeLine = request();
    Duration slept = awaitSleep(timeLine, idle);
    out.printf(
        "%nThe client waited %d ms for a service that had no process, and got its answer. %s after"
            + " it there is no process again.%n",
        Duration.between(timeLine.sent(), timeLine.answered()).toMillis(), seconds(slept));
    return 0;
  }

  /** Stays up until a program fails, or the user ends it. */
  int keepUp() throws ProgramFailedException, InterruptedException {
    out.println();
    out.println("Still up. Wake it yourself (Ctrl-C ends everything):");
    out.println();
    out.println(INDENT + Curl.line(SERVICE, settings.httpPort()));
    out.println();
    return Follow.untilFailure(stack, out);
  }

  private TimeLine request() throws ProgramFailedException, IOException, InterruptedException {
    out.printf(
        "%nGET http://localhost:%d/ with \"Host: %s\", a service with no process at all%n%n",
        settings.httpPort(), SERVICE);
    Instant sent = Instant.now();
    HttpResponse<String> response;
    try {
      response = probe.ask(settings.httpPort(), SERVICE, ANSWER_TIMEOUT);
    } catch (IOException e) {
      throw failure("the request got no answer: " + e);
    }
    TimeLine timeLine = new TimeLine(SERVICE, sent, Instant.now(), response.statusCode());
    // The answer can be quicker than the log's way through the pipe.
    stack.journal().await(timeLine.sent(), event -> event.is("released", SERVICE), LOG_DELAY);
    List<LogEvent> events = stack.journal().since(timeLine.sent());
    timeLine.render(events).forEach(out::println);
    out.println();
    answerLines(response.body()).forEach(line -> out.println(INDENT + line));
    if (response.statusCode() != 200) {
      throw failure("the answer was " + response.statusCode() + " (expected: 200)");
    }
    List<String> missing = timeLine.missing(events);
    if (!missing.isEmpty()) {
      throw failure("the programs did not tell: " + String.join(", ", missing));
    }
    return timeLine;
  }

  private Duration awaitSleep(TimeLine timeLine, Duration idle)
      throws ProgramFailedException, InterruptedException {
    out.printf("%nquiet for %s ...%n%n", Durations.format(idle));
    Duration timeout = idle.plus(SLEEP_MARGIN);
    Optional<LogEvent> stopped =
        stack
            .journal()
            .await(timeLine.answered(), event -> event.is("process stopped", SERVICE), timeout);
    if (stopped.isEmpty()) {
      throw failure("the service is still awake after " + Durations.format(timeout));
    }
    Instant time = stopped.get().time();
    out.println(timeLine.line(time, "upstream process stopped: asleep"));
    return Duration.between(timeLine.answered(), time);
  }

  private ProgramFailedException failure(String problem) {
    return ProgramFailedException.because("zenvoy: " + problem, stack.programs());
  }

  /** {@code env} gives the port to a program that knows nothing of zenvoy's placeholders. */
  private static String servicesFile(Path upstream) {
    return String.join(
        "\n",
        "services:",
        "  - name: " + SERVICE,
        "    command: [env, \"PORT={port}\", '" + upstream.toString().replace("'", "''") + "']",
        "");
  }

  private static List<String> answerLines(String body) {
    List<String> lines = body.stripTrailing().lines().toList();
    if (lines.size() <= MAX_ANSWER_LINES) {
      return lines;
    }
    return Stream.concat(lines.stream().limit(MAX_ANSWER_LINES - 1L), Stream.of("...")).toList();
  }

  private static String seconds(Duration duration) {
    return String.format("%.1f s", duration.toMillis() / 1000.0);
  }
}
