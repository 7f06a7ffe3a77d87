package io.zenvoy.tproxy.proxy;

import io.netty.channel.IoEventLoop;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.Ticker;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An event loop that does one turn when the test says so, by the test's clock: what epoll reports,
 * then the tasks and timers that are due. Several of them share the test's thread, and each
 * believes that it is in its own thread only during its turn.
 */
final class SteppedEventLoop {
  private final LongSupplier clock;
  private final ManualIoEventLoop manual;
  private final IoEventLoop view;
  private boolean turning;
  private long endingNanos;

  SteppedEventLoop(LongSupplier clock) {
    this.clock = clock;
    manual =
        new ManualIoEventLoop(
            null, Thread.currentThread(), EpollIoHandler.newFactory(), new EndingTicker());
    view =
        (IoEventLoop)
            java.lang.reflect.Proxy.newProxyInstance(
                IoEventLoop.class.getClassLoader(),
                new Class<?>[] {IoEventLoop.class},
                (proxy, method, arguments) -> call(method, arguments));
  }

  /** What is given to those that run in it. */
  IoEventLoop view() {
    return view;
  }

  void turn() {
    turning = true;
    try {
      manual.runNow();
    } finally {
      turning = false;
    }
  }

  /** Ends it as the program's end does. */
  void end() {
    endingNanos = 1;
    var _ = manual.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    while (!manual.isTerminated()) {
      turn();
    }
  }

  private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
    if (method.getName().equals("inEventLoop")) {
      return turning;
    }
    try {
      return method.invoke(manual, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /**
   * The test's clock. At the end it goes by itself: Netty sleeps for as long as it stands still.
   */
  private final class EndingTicker implements Ticker {
    @Override
    public long initialNanoTime() {
      return 0;
    }

    @Override
    public long nanoTime() {
      return clock.getAsLong() + (endingNanos == 0 ? 0 : endingNanos++);
    }

    @Override
    public void sleep(long delay, TimeUnit unit) {
      throw new UnsupportedOperationException("the test says when time passes");
    }
  }
}
