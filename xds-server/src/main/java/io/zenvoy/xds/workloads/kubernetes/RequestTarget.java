package io.zenvoy.xds.workloads.kubernetes;

import java.net.URI;
import java.util.Arrays;
import java.util.List;

/**
 * What a request to the API server is about, in the words of a Role.
 *
 * @param verb {@code get}, {@code list}, {@code watch}, {@code create} or {@code patch}
 * @param resource plural, with its subresource: {@code deployments/scale}
 * @param namespace empty for all of them
 * @see <a href="https://kubernetes.io/docs/reference/access-authn-authz/authorization/">request
 *     verbs</a>
 */
record RequestTarget(String verb, String resource, String namespace) {
  static RequestTarget of(String method, URI uri) {
    List<String> segments =
        Arrays.stream(uri.getPath().split("/")).filter(segment -> !segment.isEmpty()).toList();
    int start = segments.indexOf("apis") >= 0 ? segments.indexOf("apis") + 3 : afterApi(segments);
    List<String> rest = segments.subList(Math.min(start, segments.size()), segments.size());
    String namespace = "";
    if (rest.size() > 2 && rest.get(0).equals("namespaces")) {
      namespace = rest.get(1);
      rest = rest.subList(2, rest.size());
    }
    String resource = rest.isEmpty() ? uri.getPath() : rest.get(0);
    if (rest.size() > 2) {
      resource += "/" + rest.get(2);
    }
    return new RequestTarget(verb(method, uri, rest.size() > 1), resource, namespace);
  }

  private static int afterApi(List<String> segments) {
    return segments.indexOf("api") + 2;
  }

  private static String verb(String method, URI uri, boolean named) {
    return switch (method) {
      case "POST" -> "create";
      case "PATCH" -> "patch";
      default -> isWatch(uri) ? "watch" : named ? "get" : "list";
    };
  }

  private static boolean isWatch(URI uri) {
    return uri.getQuery() != null
        && Arrays.asList(uri.getQuery().split("&")).contains("watch=true");
  }
}
