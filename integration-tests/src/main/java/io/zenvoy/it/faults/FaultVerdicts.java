package io.zenvoy.it.faults;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Says that a fault held once its test has passed: what a test asserts after everything was served
 * counts as well. Tests run one after the other, on one thread.
 */
public final class FaultVerdicts
    implements BeforeTestExecutionCallback, AfterTestExecutionCallback {
  private static final Map<Fault, Figures> ENDED = new EnumMap<>(Fault.class);

  /** The run has ended well; what follows it in its test is not known yet. */
  static void heldIfTheTestPasses(Fault fault, Figures figures) {
    ENDED.put(fault, figures);
  }

  @Override
  public void beforeTestExecution(ExtensionContext context) {
    ENDED.clear();
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isEmpty()) {
      ENDED.forEach((fault, figures) -> FaultResults.write(fault, FaultSize.current(), figures));
    }
  }
}
