package io.zenvoy.common.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.OutputStreamAppender;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

final class LogConfiguratorTest {
  private final LoggerContext context = new LoggerContext();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @Test
  void aLineForPeopleHasTimeLevelLoggerMessageAndValues() {
    configure(Map.of());
    Logger log = context.getLogger("io.zenvoy.common.log.Somebody");
    log.atWarn().addKeyValue("service", "a/b").addKeyValue("count", 3).log("{} said", "it");
    String line = text();
    assertThat(line)
        .matches(
            "\\S+ WARN  Somebody: it said service=\"a/b\" count=\"3\"" + System.lineSeparator());
    assertThat(OffsetDateTime.parse(line.substring(0, line.indexOf(' '))))
        .isAfter(OffsetDateTime.now(ZoneOffset.UTC).minusMinutes(1));
  }

  @Test
  void levelsAreAlignedAndNamesWithoutAPackageAreWhole() {
    configure(Map.of());
    Logger log = context.getLogger("main");
    log.info("a");
    log.error("b");
    assertThat(text().lines().map(line -> line.substring(line.indexOf(' '))))
        .containsExactly(" INFO  main: a", " ERROR main: b");
  }

  @Test
  void aFailureIsWrittenWithItsStackTrace() {
    configure(Map.of());
    context.getLogger("a").atError().setCause(new IllegalStateException("broken")).log("b");
    assertThat(text())
        .contains("a: b" + System.lineSeparator() + "java.lang.IllegalStateException: broken")
        .contains("\tat " + LogConfiguratorTest.class.getName());
  }

  @Test
  void jsonIsALineAnEvent() {
    configure(Map.of("LOG_FORMAT", "JSON"));
    context
        .getLogger("io.zenvoy.A")
        .atInfo()
        .addKeyValue("service", "a/b")
        .log("{} \"said\"", "it");
    assertThat(text())
        .startsWith("{")
        .endsWith("}\n")
        .contains("\"level\":\"INFO\"", "\"loggerName\":\"io.zenvoy.A\"")
        .contains("\"formattedMessage\":\"it \\\"said\\\"\"", "{\"service\":\"a\\/b\"}")
        .doesNotContain("sequenceNumber", "\"arguments\"");
  }

  @Test
  void theLevelSaysWhatIsShown() {
    configure(Map.of("LOG_LEVEL", "warn"));
    context.getLogger("a").info("hidden");
    context.getLogger("io.fabric8.kubernetes").warn("hidden");
    assertThat(text()).isEmpty();
    context.getLogger("a").warn("shown");
    assertThat(text()).contains("shown");
  }

  @Test
  void debuggingTellsNothingOfFrames() {
    configure(Map.of("LOG_LEVEL", "debug"));
    context.getLogger("io.grpc.netty.NettyServerHandler").debug("hidden");
    context.getLogger("io.zenvoy.A").debug("shown");
    assertThat(text()).contains("shown").doesNotContain("hidden");
  }

  @Test
  void nothingIsShownBelowTheLevel() {
    configure(Map.of("LOG_LEVEL", "error"));
    context.getLogger("io.netty.util.concurrent.DefaultPromise").warn("hidden");
    assertThat(text()).isEmpty();
  }

  @Test
  void whatCannotBeUnderstoodIsLeftToTheProgramToTell() {
    configure(Map.of("LOG_LEVEL", "loud", "LOG_FORMAT", "xml"));
    context.getLogger("a").info("shown");
    context.getLogger("a").debug("hidden");
    assertThat(text()).contains(" INFO  a: shown").doesNotContain("hidden");
  }

  @Test
  void logbackFindsIt() {
    LoggerContext ours = (LoggerContext) LoggerFactory.getILoggerFactory();
    assertThat(appender(ours)).isInstanceOf(ConsoleAppender.class);
    assertThat(appender(ours).getName()).isEqualTo("stdout");
  }

  private void configure(Map<String, String> environment) {
    context.setMDCAdapter(new LogbackMDCAdapter());
    new LogConfigurator(environment).configure(context);
    appender(context).setOutputStream(written);
  }

  private static OutputStreamAppender<ILoggingEvent> appender(LoggerContext context) {
    return (OutputStreamAppender<ILoggingEvent>)
        context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders().next();
  }

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }
}
