package io.zenvoy.cli;

/** What to type to reach a service. */
final class Curl {
  private Curl() {}

  static String line(String host, int port) {
    return "curl -H 'Host: " + host + "' http://localhost:" + port + "/";
  }
}
