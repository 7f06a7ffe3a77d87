package io.zenvoy.common.log;

import ch.qos.logback.classic.ClassicConstants;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import java.util.Map;

/**
 * Writes one line an event to standard output: {@code LOG_FORMAT} chooses between lines for people
 * and JSON, {@code LOG_LEVEL} what is shown. Logback finds it by its name in {@code
 * META-INF/services}. It says what a {@code logback.xml} could, without the XML parser and the 400
 * classes that would be loaded to read it. A file that {@code logback.configurationFile} names
 * takes its place.
 */
public final class LogConfigurator extends ContextAwareBase implements Configurator {
  /** Those that say more than we want to hear, and from which level on we listen. */
  private static final Map<String, Level> LOUD =
      Map.of(
          // Warns, with stack traces, of every attempt that it repeats: of those we tell ourselves.
          "io.fabric8", Level.ERROR,
          // Both warn where a machine has no network but loopback.
          "io.netty.util.internal.MacAddressUtil", Level.ERROR,
          "io.netty.channel.DefaultChannelId", Level.ERROR,
          // They tell of each frame of HTTP/2 and of each class that is looked for.
          "io.grpc.netty", Level.WARN,
          "io.netty", Level.WARN);

  private final Map<String, String> environment;

  /** Reads the variables of the process; called by Logback. */
  public LogConfigurator() {
    this(System.getenv());
  }

  LogConfigurator(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(ClassicConstants.CONFIG_FILE_PROPERTY) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    context.getStatusManager().add(new NopStatusListener());
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setName("stdout");
    appender.setContext(context);
    appender.setEncoder(encoder(context));
    appender.start();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    // What can't be understood is told by the program when it reads its settings.
    Level shown = Level.toLevel(environment.get("LOG_LEVEL"), Level.INFO);
    root.setLevel(shown);
    LOUD.forEach(
        (name, level) ->
            context.getLogger(name).setLevel(shown.isGreaterOrEqual(level) ? shown : level));
    root.addAppender(appender);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private Encoder<ILoggingEvent> encoder(LoggerContext context) {
    Encoder<ILoggingEvent> encoder =
        "json".equalsIgnoreCase(environment.get("LOG_FORMAT")) ? json() : text();
    encoder.setContext(context);
    encoder.start();
    return encoder;
  }

  private static Encoder<ILoggingEvent> text() {
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    TextLayout layout = new TextLayout();
    layout.start();
    encoder.setLayout(layout);
    return encoder;
  }

  private static Encoder<ILoggingEvent> json() {
    JsonEncoder encoder = new JsonEncoder();
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithContext(false);
    encoder.setWithMessage(false);
    encoder.setWithArguments(false);
    encoder.setWithFormattedMessage(true);
    return encoder;
  }
}
