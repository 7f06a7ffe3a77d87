package io.zenvoy.it.faults;

import io.zenvoy.it.faults.TcpService.Opening;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What one of the {@link MixedConnections} does. The same number always means the same, and numbers
 * that follow each other go through every mix.
 *
 * @param toServer what the client sends, in bytes
 * @param toClient what the server sends, in bytes
 */
record Mixture(
    int number, Opening opening, Ending ending, Slowness slowness, int toServer, int toClient) {
  private static final List<Opening> OPENINGS = List.of(Opening.values());
  private static final List<Ending> ENDINGS = List.of(Ending.values());
  private static final List<Slowness> SLOWNESSES = List.of(Slowness.values());
  private static final List<Size> SIZES = List.of(Size.values());

  /** How many different ones there are, apart from the bytes. */
  static final int MIXES = OPENINGS.size() * ENDINGS.size() * SLOWNESSES.size() * SIZES.size();

  /** Who reads so slowly that the other one has to wait. */
  enum Slowness {
    NOBODY,
    CLIENT,
    SERVER
  }

  private enum Size {
    TINY(1, 64),
    SMALL(64, 4 << 10),
    LARGE(4 << 10, 64 << 10),
    BULK(128 << 10, 512 << 10);

    private final int least;
    private final int most;

    Size(int least, int most) {
      this.least = least;
      this.most = most;
    }

    private int some(SplittableRandom random) {
      return random.nextInt(least, most + 1);
    }
  }

  static Mixture of(int number) {
    int rest = number;
    Opening opening = OPENINGS.get(rest % OPENINGS.size());
    rest /= OPENINGS.size();
    Ending ending = ENDINGS.get(rest % ENDINGS.size());
    rest /= ENDINGS.size();
    Slowness slowness = SLOWNESSES.get(rest % SLOWNESSES.size());
    rest /= SLOWNESSES.size();
    Size size = SIZES.get(rest % SIZES.size());
    SplittableRandom random = new SplittableRandom(number);
    return new Mixture(number, opening, ending, slowness, size.some(random), size.some(random));
  }
}
