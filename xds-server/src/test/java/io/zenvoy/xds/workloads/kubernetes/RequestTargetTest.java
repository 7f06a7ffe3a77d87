package io.zenvoy.xds.workloads.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestTargetTest {
  @ParameterizedTest
  @CsvSource({
    "GET,   /api/v1/services?limit=500,                            list,   services,          ''",
    "GET,   /api/v1/namespaces/a/services?limit=5,                 list,   services,          a",
    "GET,   /api/v1/namespaces/a/services?x=1&watch=true,          watch,  services,          a",
    "GET,   /apis/apps/v1/namespaces/a/deployments/b,              get,    deployments,       a",
    "PATCH, /apis/apps/v1/namespaces/a/deployments/b/scale,        patch,  deployments/scale, a",
    "POST,  /api/v1/namespaces/a/events,                           create, events,            a",
    "PATCH, /api/v1/namespaces/a/events/b,                         patch,  events,            a",
    "GET,   /proxy/k8s/apis/discovery.k8s.io/v1/endpointslices,    list,   endpointslices,    ''",
    "GET,   /proxy/k8s/api/v1/namespaces/a/endpoints?watch=true,   watch,  endpoints,         a",
    "GET,   /version,                                              list,   /version,          ''",
  })
  void aRequestIsNamedAsARoleNamesIt(
      String method, String path, String verb, String resource, String namespace) {
    assertThat(RequestTarget.of(method, URI.create("https://server:6443" + path)))
        .isEqualTo(new RequestTarget(verb, resource, namespace));
  }
}
