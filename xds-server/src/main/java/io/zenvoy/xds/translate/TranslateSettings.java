package io.zenvoy.xds.translate;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * What the translation is told by its configuration.
 *
 * @param listenAddress on which address Envoys listen
 * @param httpPort on which port Envoys listen for HTTP, 1 to 65535
 * @param tlsPort on which they listen for TLS that they don't end, 1 to 65535
 * @param readTimeout how long an upstream may take to answer a request, waiting for a wake not
 *     included
 * @param unavailablePage the HTML of a 503 that Envoys make themselves; in it {@code {service}} and
 *     {@code {reason}} are filled in; empty: zenvoy's own
 */
public record TranslateSettings(
    InetAddress listenAddress,
    int httpPort,
    int tlsPort,
    Duration readTimeout,
    Optional<String> unavailablePage) {}
