package io.zenvoy.xds.translate;

import java.net.InetAddress;
import java.time.Duration;

/**
 * What the translation is told by its configuration.
 *
 * @param listenAddress on which address Envoys listen
 * @param httpPort on which port Envoys listen for HTTP, 1 to 65535
 * @param tlsPort on which they listen for TLS that they don't end, 1 to 65535
 * @param readTimeout how long an upstream may take to answer a request, waiting for a wake not
 *     included
 */
public record TranslateSettings(
    InetAddress listenAddress, int httpPort, int tlsPort, Duration readTimeout) {}
