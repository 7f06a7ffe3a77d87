package io.zenvoy.common.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.util.CachingDateFormatter;
import java.util.List;
import org.slf4j.event.KeyValuePair;

/**
 * A line for people: time, level, who says it, what, and its values. A pattern would say the same,
 * but loads a class for each word that patterns know. Thread-safe.
 */
final class TextLayout extends LayoutBase<ILoggingEvent> {
  private static final String SPACES = "     ";

  private final CachingDateFormatter time =
      new CachingDateFormatter("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(160);
    line.append(time.format(event.getTimeStamp())).append(' ');
    String level = event.getLevel().toString();
    line.append(level).append(SPACES, Math.min(level.length(), SPACES.length()), SPACES.length());
    String logger = event.getLoggerName();
    line.append(' ').append(logger, logger.lastIndexOf('.') + 1, logger.length());
    line.append(": ").append(event.getFormattedMessage());
    List<KeyValuePair> values = event.getKeyValuePairs();
    if (values != null) {
      for (KeyValuePair value : values) {
        line.append(' ').append(value.key).append("=\"").append(value.value).append('"');
      }
    }
    line.append(System.lineSeparator());
    IThrowableProxy failure = event.getThrowableProxy();
    if (failure != null) {
      line.append(ThrowableProxyUtil.asString(failure));
    }
    return line.toString();
  }
}
