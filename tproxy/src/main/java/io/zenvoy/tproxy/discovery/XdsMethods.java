package io.zenvoy.tproxy.discovery;

import com.google.protobuf.MessageLite;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.protobuf.lite.ProtoLiteUtils;
import io.zenvoy.tproxy.discovery.wire.DeltaDiscoveryRequest;
import io.zenvoy.tproxy.discovery.wire.DeltaDiscoveryResponse;
import io.zenvoy.tproxy.discovery.wire.StreamMetricsMessage;
import io.zenvoy.tproxy.discovery.wire.StreamMetricsResponse;

/**
 * What the daemon calls of xds-server, as {@code src/main/protobuf} says. Those files hold as much
 * of Envoy's messages as the daemon needs: all of them would be two fifths of its classes.
 */
public final class XdsMethods {
  public static final MethodDescriptor<DeltaDiscoveryRequest, DeltaDiscoveryResponse>
      DELTA_AGGREGATED_RESOURCES =
          method(
              MethodType.BIDI_STREAMING,
              "envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources",
              DeltaDiscoveryRequest.getDefaultInstance(),
              DeltaDiscoveryResponse.getDefaultInstance());

  public static final MethodDescriptor<StreamMetricsMessage, StreamMetricsResponse> STREAM_METRICS =
      method(
          MethodType.CLIENT_STREAMING,
          "envoy.service.metrics.v3.MetricsService/StreamMetrics",
          StreamMetricsMessage.getDefaultInstance(),
          StreamMetricsResponse.getDefaultInstance());

  private XdsMethods() {}

  private static <Q extends MessageLite, A extends MessageLite> MethodDescriptor<Q, A> method(
      MethodType type, String fullName, Q request, A answer) {
    return MethodDescriptor.<Q, A>newBuilder()
        .setType(type)
        .setFullMethodName(fullName)
        .setRequestMarshaller(ProtoLiteUtils.marshaller(request))
        .setResponseMarshaller(ProtoLiteUtils.marshaller(answer))
        .build();
  }
}
