package io.zenvoy.tproxy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PipePoolTest {
  private final PipePool pool = new PipePool(PipePool.MOST);
  private final List<Pipe> taken = new ArrayList<>();

  @AfterEach
  void close() {
    taken.forEach(pool::discard);
    pool.close();
  }

  @Test
  void thereAreOnlySoManyAndWhatComesBackIsUsedAgain() {
    for (Pipe pipe = pool.take(0); pipe != null; pipe = pool.take(0)) {
      taken.add(pipe);
    }
    assertThat(taken).hasSize(PipePool.MOST).doesNotHaveDuplicates();

    Pipe back = taken.removeLast();
    pool.give(back);
    assertThat(pool.take(0)).isSameAs(back);
    pool.discard(back);
    assertThat(pool.take(0)).isNotNull().isNotSameAs(back).satisfies(taken::add);
    assertThat(pool.take(0)).isNull();
  }

  @Test
  void whatComesBackToAClosedPoolIsClosed() {
    Pipe late = Objects.requireNonNull(pool.take(0));
    pool.close();
    pool.give(late);
    assertThat(pool.take(0)).isNotNull().isNotSameAs(late).satisfies(taken::add);
  }
}
