package io.zenvoy.example.echo;

/** Composition root. */
public final class Echo {
  private Echo() {}

  public static void main(String[] arguments) {}
}
