package io.zenvoy.it.stack;

import io.zenvoy.it.envoy.XdsVariant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a {@link ZenvoyStack} is started with.
 *
 * @param test names the folder for logs
 * @param namespaces {@code KUBE_NAMESPACE}, in which {@code HOME} stands for the stack's own
 * @param election whether the control plane is one of two that elect a leader
 * @param xdsServer further settings of xds-server
 */
public record StackSettings(
    String test,
    Redirect redirect,
    XdsVariant variant,
    String namespaces,
    Election election,
    Map<String, String> xdsServer) {
  /** The word in {@link #namespaces} for the stack's own namespace. */
  public static final String HOME = "HOME";

  /** Short times, so that tests see services wake and sleep within seconds. */
  private static final Map<String, String> QUICK =
      Map.of(
          "SCALE_TO_ZERO_AFTER", "2s",
          "SCALE_TO_ZERO_CHECK", "200ms",
          "SLEEP_HOLD_AFTER_START", "1s",
          "SLEEP_HOLD_AFTER_NODE_LOSS", "2s",
          "WAKE_TIMEOUT", "60s");

  public StackSettings {
    xdsServer = Map.copyOf(xdsServer);
  }

  /** One namespace, and sleep after two quiet seconds. */
  public static StackSettings of(String test, Redirect redirect, XdsVariant variant) {
    return new StackSettings(test, redirect, variant, HOME, Election.NONE, QUICK);
  }

  /** Whether there is a leader to elect. */
  public enum Election {
    NONE,
    /** A second control plane may be started, and clients find the leader by a Service. */
    OF_TWO
  }

  /** The same with a control plane that takes part in an election. */
  public StackSettings withElection() {
    return new StackSettings(test, redirect, variant, namespaces, Election.OF_TWO, xdsServer);
  }

  /** The same with {@code KUBE_NAMESPACE}. */
  public StackSettings withNamespaces(String other) {
    return new StackSettings(test, redirect, variant, other, election, xdsServer);
  }

  /** The same with one more setting of xds-server, or another value of one. */
  public StackSettings with(String key, String value) {
    Map<String, String> changed = new LinkedHashMap<>(xdsServer);
    changed.put(key, value);
    return new StackSettings(test, redirect, variant, namespaces, election, changed);
  }
}
