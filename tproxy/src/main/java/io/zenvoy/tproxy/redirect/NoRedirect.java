package io.zenvoy.tproxy.redirect;

/** Nothing to install: a listener on 0.0.0.0 receives every 127.x.y.z on its port by itself. */
record NoRedirect() implements Redirect {
  @Override
  public void install() {
    // The listener is all there is.
  }
}
