package io.zenvoy.example.echo;

import io.zenvoy.common.Durations;
import io.zenvoy.common.Program;
import io.zenvoy.common.environment.Environment;

/** Composition root. */
public final class Echo {
  private Echo() {}

  public static void main(String[] arguments) throws Exception {
    Program.run("echo", Echo::start);
  }

  private static AutoCloseable start() throws InterruptedException {
    EchoConfig config = EchoConfig.read(new Environment(System.getenv()));
    if (config.startupDelay().isPositive()) {
      System.out.println("echo: waiting for " + Durations.format(config.startupDelay()));
      Thread.sleep(config.startupDelay());
    }
    EchoServer server = EchoServer.start(config.port());
    System.out.println("echo: listening on port " + server.port());
    return server;
  }
}
