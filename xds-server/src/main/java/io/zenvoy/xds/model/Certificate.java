package io.zenvoy.xds.model;

/**
 * What Envoys prove to TLS clients who they are with.
 *
 * @param name of the object that it comes from, as {@code namespace/name}
 * @param chain certificates as PEM, the leaf first
 * @param privateKey of the leaf, as PEM; never to be logged
 */
public record Certificate(String name, String chain, String privateKey) {
  @Override
  public String toString() {
    return "Certificate[" + name + "]";
  }
}
