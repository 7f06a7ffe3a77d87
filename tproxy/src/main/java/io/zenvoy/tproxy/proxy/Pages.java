package io.zenvoy.tproxy.proxy;

/**
 * What browsers are shown, as HTML in which {@code {service}} and {@code {reason}} are filled in.
 *
 * @param unavailable instead of an answer
 * @param waiting while the answer is waited for; it asks again after a second
 */
public record Pages(String unavailable, String waiting) {
  /** In characters: every request of a connection may be answered with one. */
  public static final int LARGEST = 16 << 10;

  public static final Pages DEFAULT =
      new Pages(
          """
          <!doctype html>
          <title>503 Service Unavailable</title>
          <h1>Service Unavailable</h1>
          <p>zenvoy: {service} is not available: {reason}</p>
          """,
          """
          <!doctype html>
          <meta http-equiv="refresh" content="1">
          <title>Starting</title>
          <h1>Starting</h1>
          <p>{service} was asleep and is starting. This page shows it as soon as it answers.</p>
          """);

  String unavailable(Refusal.Words words) {
    return filled(unavailable, words);
  }

  String waiting(Refusal.Words words) {
    return filled(waiting, words);
  }

  private static String filled(String page, Refusal.Words words) {
    return page.replace("{service}", escaped(words.printableService()))
        .replace("{reason}", escaped(words.printableReason()));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
