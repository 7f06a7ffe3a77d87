package io.zenvoy.xds.translate;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.zenvoy.xds.model.Certificate;
import java.util.List;

/**
 * TLS as the listeners have it: told by its first bytes, chosen by the name that the client asks
 * for, and ended with certificates that are resources of their own, so that a new one is used
 * without a change of the listener.
 *
 * @see <a href="https://www.envoyproxy.io/docs/envoy/latest/configuration/security/secret">Envoy's
 *     secret discovery</a>
 */
final class TlsTranslation {
  private TlsTranslation() {}

  /** Looks at what a connection begins with, and takes nothing from it. */
  static ListenerFilter inspector() {
    return ListenerFilter.newBuilder()
        .setName("envoy.filters.listener.tls_inspector")
        .setTypedConfig(Any.pack(TlsInspector.getDefaultInstance()))
        .build();
  }

  /** TLS connections whose client asks for one of these names. */
  static FilterChainMatch.Builder asksFor(List<String> names) {
    return FilterChainMatch.newBuilder().setTransportProtocol("tls").addAllServerNames(names);
  }

  /** Ends TLS, for HTTP of both versions. */
  static TransportSocket endedWith(Certificate certificate) {
    DownstreamTlsContext context =
        DownstreamTlsContext.newBuilder()
            .setCommonTlsContext(
                CommonTlsContext.newBuilder()
                    .addAlpnProtocols("h2")
                    .addAlpnProtocols("http/1.1")
                    .addTlsCertificateSdsSecretConfigs(
                        SdsSecretConfig.newBuilder()
                            .setName(certificate.name())
                            .setSdsConfig(ListenerTranslation.aggregated())))
            .build();
    return TransportSocket.newBuilder()
        .setName("envoy.transport_sockets.tls")
        .setTypedConfig(Any.pack(context))
        .build();
  }

  static Secret secret(Certificate certificate) {
    return Secret.newBuilder()
        .setName(certificate.name())
        .setTlsCertificate(
            TlsCertificate.newBuilder()
                .setCertificateChain(inline(certificate.chain()))
                .setPrivateKey(inline(certificate.privateKey())))
        .build();
  }

  private static DataSource inline(String text) {
    return DataSource.newBuilder().setInlineString(text).build();
  }
}
