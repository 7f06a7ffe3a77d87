package io.zenvoy.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FaultTableTest {
  private static final Figures FIGURES =
      new Figures("10", "9", "1", "0", "0", "0", "3", "40", "a note; another", "no", "quick 2026");

  @Test
  void figuresThatWereWrittenAreReadAgain() {
    Map<Fault, Figures> figures = new EnumMap<>(Fault.class);
    for (Fault fault : Fault.values()) {
      figures.put(fault, FIGURES);
    }

    assertThat(FaultTable.parse(FaultTable.render(figures))).isEqualTo(figures);
  }

  @Test
  void aFaultThatWasNeverRunSaysSo() {
    String table = FaultTable.render(Map.of());

    assertThat(table.lines().filter(line -> line.contains("| not run yet |")))
        .hasSize(Fault.values().length);
    assertThat(FaultTable.render(FaultTable.parse(table))).isEqualTo(table);
  }

  @Test
  void aQuickRunNeverReplacesAFullOne() {
    Figures earlier = of("full 2026-11-23");
    Figures quick = of("quick 2026-11-24");
    Figures full = of("full 2026-11-25");

    assertThat(FaultTable.better(earlier, quick)).isSameAs(earlier);
    assertThat(FaultTable.better(earlier, full)).isSameAs(full);
    assertThat(FaultTable.better(quick, full)).isSameAs(full);
    assertThat(FaultTable.better(of("quick 2026-11-23"), quick)).isSameAs(quick);
    assertThat(FaultTable.better(of(""), quick)).isSameAs(quick);
  }

  @Test
  void theTableInTheRepositoryDescribesTheFaultsAsTheyAre() throws IOException {
    String table = Files.readString(FaultTable.path());

    assertThat(FaultTable.render(FaultTable.parse(table)))
        .as("run integration-tests/faults-table")
        .isEqualTo(table);
  }

  private static Figures of(String run) {
    return new Figures("1", "1", "0", "0", "0", "0", "0", "0", "", "yes", run);
  }
}
