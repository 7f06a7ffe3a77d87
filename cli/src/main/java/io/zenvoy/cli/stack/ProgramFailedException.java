package io.zenvoy.cli.stack;

import io.zenvoy.common.Program;
import java.util.ArrayList;
import java.util.List;

/** One of the programs did not do what it is there for; the message holds its last lines. */
public final class ProgramFailedException extends Exception {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  private ProgramFailedException(String message, int exitCode) {
    super(message);
    this.exitCode = exitCode;
  }

  /**
   * A program that exited.
   *
   * @param code its exit code; 2 means that it has told in one line what a user must change
   */
  public static ProgramFailedException exited(ChildProgram program, int code) {
    boolean settled = code == Program.CANNOT_START;
    String message =
        program
            .complaint()
            .filter(complaint -> settled)
            .orElseGet(
                () -> describe(program.name() + " exited with code " + code, List.of(program)));
    return new ProgramFailedException(message, settled ? Program.CANNOT_START : 1);
  }

  /** Something that did not happen, with the last lines of everybody who may know why. */
  public static ProgramFailedException because(String problem, List<ChildProgram> programs) {
    return new ProgramFailedException(describe(problem, programs), 1);
  }

  /** What the launcher should exit with. */
  public int exitCode() {
    return exitCode;
  }

  private static String describe(String problem, List<ChildProgram> programs) {
    List<String> lines = new ArrayList<>(List.of(problem));
    for (ChildProgram program : programs) {
      List<String> last = program.lastLines();
      lines.add("  last lines of " + program.name() + (last.isEmpty() ? ": none" : ":"));
      last.forEach(line -> lines.add("    " + line));
    }
    return String.join("\n", lines);
  }
}
