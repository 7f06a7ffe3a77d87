package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/** Runs schedules one after the other, each in a world of its own that leaves no socket behind. */
final class ScheduleRun implements AutoCloseable {
  private static final Path OPEN_FILES = Path.of("/proc/self/fd");

  /** What the daemon says is said in every schedule anew. */
  private static final Logger LOG = (Logger) LoggerFactory.getLogger("io.zenvoy.tproxy.proxy");

  private final Patience patience = new Patience();
  private int relays;

  ScheduleRun() throws IOException {
    LOG.setLevel(Level.ERROR);
    // What Java opens once for all sockets is open from then on.
    try (HandOverWorld world = new HandOverWorld(patience)) {
      world.act(new Step(Step.Kind.CONNECT, 0));
      world.comeToRest();
      world.end(true);
    }
  }

  /** What comes after the schedule. */
  enum Then {
    /** Everything works again, and everybody goes. */
    REST,
    /** The program ends at once. */
    END
  }

  /** How many connections were relayed so far. */
  int relays() {
    return relays;
  }

  void run(List<Step> schedule, Then then) throws IOException {
    long before = sockets();
    HandOverWorld world = new HandOverWorld(patience);
    boolean ended = false;
    try (world) {
      for (Step step : schedule) {
        world.act(step);
      }
      if (then == Then.REST) {
        world.comeToRest();
      }
      ended = true;
      world.end(schedule.size() % 2 == 0);
    } catch (AssertionError | IOException | RuntimeException e) {
      if (!ended) {
        world.stop();
      }
      throw new AssertionError(e.getMessage() + world.script(), e);
    }
    relays += world.relays();
    // Fewer are no leak: what other tests have left is closed when it pleases.
    assertThat(sockets()).as("open sockets%s", world.script()).isLessThanOrEqualTo(before);
  }

  @Override
  public void close() {
    LOG.setLevel(null);
  }

  private static long sockets() throws IOException {
    try (Stream<Path> files = Files.list(OPEN_FILES)) {
      return files.filter(ScheduleRun::isSocket).count();
    }
  }

  private static boolean isSocket(Path file) {
    try {
      return Files.readSymbolicLink(file).toString().startsWith("socket:");
    } catch (IOException e) {
      // The descriptor by which the folder was read is closed by now.
      return false;
    }
  }
}
