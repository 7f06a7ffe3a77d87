package io.zenvoy.it.faults;

import io.zenvoy.it.Project;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/**
 * Makes {@code FAULTS.md}: what the faults are from {@link Fault}, the figures from the last runs,
 * and of faults that were not run since then the figures that the table has already. Figures of a
 * quick run never replace those of a full one.
 */
public final class FaultTable {
  private static final String HEAD =
      """
      # Faults

      What was done to zenvoy on the real thing (real Envoy, kube-apiserver, xds-server and tproxy; upstreams that answer with
      who they are and a SHA-256 of what they received) and what became of everything that was sent. *lost*: the connection
      failed or the answer was an error. *hung*: no answer within 90 s or more. *misrouted*: answered by another service. *corrupted*: the
      upstream had received something else. The extra waiting time is what an answer took longer than the median of the same
      request with nothing wrong; a cold wake is in it.

      Every build runs the quick size (`./mvnw verify`), `./mvnw verify -Pfaults` the full one of the faults alone. Both write
      their figures to `target/faults`; `integration-tests/faults-table` makes this file of them, and prefers the full size: the last
      column says which a row is of, and from when. *yes* stands there only if the whole test passed. Nothing in it is typed by hand.

      Nothing may be lost, hung, misrouted or corrupted, but for the two rows in which tproxy or Envoy itself is killed: these lose what
      the one that is killed held at that moment, and their tests fail for anything more.

      | fault | injected | must hold | held | sent | right | lost | hung | misrouted | corrupted | extra wait p50, p99 in ms | also seen | run |
      |---|---|---|---|---|---|---|---|---|---|---|---|---|
      """;

  /** What stands before the figures: title, injected, must hold. */
  private static final int FIGURES_FROM = 4;

  private static final int COLUMNS = 13;
  private static final Figures NEVER_RUN =
      new Figures("", "", "", "", "", "", "", "", "", "not run yet", "");

  private FaultTable() {}

  /** Renders the table anew with the figures of the last runs. */
  public static void main(String[] arguments) throws IOException {
    Map<Fault, Figures> figures = parse(Files.exists(path()) ? Files.readString(path()) : "");
    for (Fault fault : Fault.values()) {
      for (FaultSize size : FaultSize.values()) {
        FaultResults.read(fault, size)
            .ifPresent(fresh -> figures.merge(fault, fresh, FaultTable::better));
      }
    }
    Files.writeString(path(), render(figures));
  }

  /** The newer ones, unless only the older ones are of a full run. */
  static Figures better(Figures older, Figures newer) {
    return older.areFull() && !newer.areFull() ? older : newer;
  }

  static Path path() {
    return Project.root().resolve("integration-tests/FAULTS.md");
  }

  static String render(Map<Fault, Figures> figures) {
    StringBuilder table = new StringBuilder(HEAD);
    for (Fault fault : Fault.values()) {
      Figures row = figures.getOrDefault(fault, NEVER_RUN);
      String waits =
          row.extraWaitP50().isEmpty() ? "" : row.extraWaitP50() + ", " + row.extraWaitP99();
      table.append(
          "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |%n"
              .formatted(
                  fault.title,
                  fault.injected,
                  fault.mustHold,
                  row.verdict(),
                  row.sent(),
                  row.right(),
                  row.lost(),
                  row.hung(),
                  row.misrouted(),
                  row.corrupted(),
                  waits,
                  row.notes().replace('|', '/'),
                  row.run()));
    }
    return table.toString();
  }

  /** The figures that a table has. */
  static Map<Fault, Figures> parse(String table) {
    Map<Fault, Figures> figures = new EnumMap<>(Fault.class);
    for (Fault fault : Fault.values()) {
      table
          .lines()
          .filter(line -> line.startsWith("| " + fault.title + " |"))
          .map(line -> line.substring(1).split("\\|", -1))
          .filter(cells -> cells.length == COLUMNS + 1)
          .findFirst()
          .ifPresent(cells -> figures.put(fault, figures(cells)));
    }
    return figures;
  }

  private static Figures figures(String[] cells) {
    String[] waits = cells[10].strip().split(", ", 2);
    int column = FIGURES_FROM;
    return new Figures(
        cells[column++].strip(),
        cells[column++].strip(),
        cells[column++].strip(),
        cells[column++].strip(),
        cells[column++].strip(),
        cells[column].strip(),
        waits[0],
        waits.length == 2 ? waits[1] : "",
        cells[11].strip(),
        cells[3].strip(),
        cells[12].strip());
  }
}
