package io.zenvoy.cli;

/** Composition root. */
public final class Zenvoy {
  private Zenvoy() {}

  public static void main(String[] arguments) {}
}
