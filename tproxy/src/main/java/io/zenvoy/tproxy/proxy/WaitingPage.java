package io.zenvoy.tproxy.proxy;

import java.nio.ByteBuffer;

/**
 * What a browser is shown whose page is still waited for: a page that asks again by itself. Only
 * for who asks by GET and names HTML, because what is answered here is never asked again otherwise.
 */
record WaitingPage(Words words, Pages pages) implements Refusal {
  private static final String AGAIN = "Retry-After: 1\r\nRefresh: 1\r\nCache-Control: no-store\r\n";

  /** Whether somebody who has sent this is to see the page. */
  static boolean isFor(RequestHead request) {
    return request.isOf("GET")
        && request.header("upgrade").isEmpty()
        && MediaType.HTML.isNamedIn(request.header("accept"));
  }

  @Override
  public Reply to(ByteBuffer received, int length) {
    return HttpRefusal.answer(
        RequestHead.of(received, length), MediaType.HTML, pages.waiting(words), AGAIN);
  }
}
