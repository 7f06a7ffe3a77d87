package io.zenvoy.it;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import io.zenvoy.common.HostPort;
import io.zenvoy.common.Ipv4Network;
import io.zenvoy.it.downstream.HttpDownstream;
import io.zenvoy.it.envoy.XdsVariant;
import io.zenvoy.it.kube.KubeCluster;
import io.zenvoy.it.kube.SharedKubeCluster;
import io.zenvoy.it.stack.Redirect;
import io.zenvoy.it.stack.RedirectRules;
import io.zenvoy.it.stack.StackSettings;
import io.zenvoy.it.stack.Workloads;
import io.zenvoy.it.stack.ZenvoyStack;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How connections reach the daemon: real rules, dialled without Envoy in between. */
@ParameterizedClass(name = "{0}")
@EnumSource
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith({SharedKubeCluster.class, FailureLogs.class})
class TransparentIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Ipv4Network SLOTS = Ipv4Network.parse("127.128.0.0/9");

  @Parameter private Redirect redirect = Redirect.NONE;
  private ZenvoyStack stack;
  private Workloads workloads;

  @BeforeParameterizedClassInvocation(injectArguments = false)
  void startStack(KubeCluster cluster) {
    stack =
        ZenvoyStack.start(
            StackSettings.of("TransparentIT-" + redirect.command(), redirect, XdsVariant.DELTA),
            cluster);
    workloads = new Workloads(stack);
  }

  @AfterParameterizedClassInvocation
  void stopStack() {
    stack.close();
  }

  @Test
  void eachSlotLeadsToItsOwnServiceAndNoOther() throws IOException {
    List<String> services = List.of("alpha", "beta", "gamma", "delta");
    services.forEach(workloads::makeAsleep);

    List<HostPort> slots = services.stream().map(this::slotOf).toList();

    assertThat(slots.stream().map(HostPort::host)).doesNotHaveDuplicates();
    for (int index = 0; index < services.size(); index++) {
      HostPort slot = slots.get(index);
      assertThat(SLOTS.contains(Ipv4Network.parseAddress(slot.host()))).as(slot.host()).isTrue();
      try (HttpDownstream direct = new HttpDownstream(slot)) {
        assertThat(direct.get("anything", "/").headers().firstValue("x-pod").orElseThrow())
            .startsWith(services.get(index) + "-");
      }
    }
  }

  @Test
  void theRuleIsThereOnceHoweverOftenTheDaemonStarts() {
    requireOneRule();

    stack.tproxy().process().kill();
    requireOneRule();
    stack.startTproxy().awaitReady();
    requireOneRule();

    stack.tproxy().process().terminate();
    requireOneRule();
    stack.startTproxy().awaitReady();
    requireOneRule();
  }

  @Test
  void aRestartedDaemonServesTheSameSlots() throws IOException {
    workloads.makeAsleep("kept");
    HostPort slot = slotOf("kept");

    stack.tproxy().process().terminate();
    stack.startTproxy().awaitReady();

    try (HttpDownstream direct = new HttpDownstream(slot)) {
      assertThat(direct.get("anything", "/").statusCode()).isEqualTo(200);
    }
  }

  private void requireOneRule() {
    switch (redirect) {
      case IPTABLES -> {
        List<String> rules = RedirectRules.iptables();
        assertThat(rules).filteredOn(rule -> rule.startsWith("-A PREROUTING ")).hasSize(1);
        assertThat(rules)
            .filteredOn(rule -> rule.contains("TPROXY"))
            .singleElement(as(STRING))
            .contains("-i lo", "-d 127.128.0.0/9", "20000:32767", "--on-port 18001");
      }
      case NFT -> assertThat(RedirectRules.nft()).hasSize(1);
      case NONE -> {
        assertThat(RedirectRules.iptables()).isEmpty();
        assertThat(RedirectRules.nft()).isEmpty();
      }
    }
  }

  /** Where Envoy sends the connections of a service that sleeps. */
  private HostPort slotOf(String cluster) {
    await(cluster + " has its slot alone")
        .atMost(PATIENCE)
        .until(() -> stack.envoy().endpoints(cluster).size() == 1);
    Map<String, Integer> endpoints = stack.envoy().endpoints(cluster);
    return HostPort.parse(endpoints.keySet().iterator().next());
  }
}
