package io.zenvoy.common.process;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Sends signals to whole process groups, which {@link Process} can't: kill(2). */
final class Signals {
  static final int TERM = 15;
  static final int KILL = 9;

  private static final MethodHandle KILL_2 =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("kill"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private Signals() {}

  /**
   * Signals every process of a group.
   *
   * @return whether there is such a group
   */
  static boolean sendToGroup(long group, int signal) {
    if (group <= 1) {
      // kill(2) takes 0, -1 and -(-1) as "my own group" and "everybody".
      throw new IllegalArgumentException("process group " + group + " (expected: > 1)");
    }
    try {
      return (int) KILL_2.invokeExact(Math.toIntExact(-group), signal) == 0;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("kill(2) declares no exception", e);
    }
  }
}
