package io.zenvoy.tproxy;

/** Composition root. */
public final class Tproxy {
  private Tproxy() {}

  public static void main(String[] arguments) {}
}
