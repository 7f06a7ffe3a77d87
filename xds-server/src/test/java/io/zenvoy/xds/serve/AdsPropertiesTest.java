package io.zenvoy.xds.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * Whatever happens, in the end a client has what the cache holds for its subscription, and
 * everything that it accepted was told.
 */
class AdsPropertiesTest {
  /** One thing that happens. */
  sealed interface Step {
    record Put(ResourceType type, String name, int variant) implements Step {}

    record Remove(ResourceType type, String name) implements Step {}

    record Subscribe(ResourceType type, String name) implements Step {}

    record Unsubscribe(ResourceType type, String name) implements Step {}

    /** The client answers a response that it has received. */
    record Accept(ResourceType type) implements Step {}

    record Reject(ResourceType type) implements Step {}

    record Reconnect() implements Step {}
  }

  @Property(tries = 500)
  void aDeltaClientEndsUpWithWhatTheCacheHolds(@ForAll("steps") List<Step> steps) {
    endsUpWithWhatTheCacheHolds(new TestingDeltaNode(), steps);
  }

  @Property(tries = 500)
  void aStateOfTheWorldClientEndsUpWithWhatTheCacheHolds(@ForAll("steps") List<Step> steps) {
    endsUpWithWhatTheCacheHolds(new TestingStateOfTheWorldNode(), steps);
  }

  private static void endsUpWithWhatTheCacheHolds(TestingNode<?, ?> node, List<Step> steps) {
    for (Step step : steps) {
      switch (step) {
        case Step.Put(ResourceType type, String name, int variant) -> node.put(type, name, variant);
        case Step.Remove(ResourceType type, String name) -> node.remove(type, name);
        case Step.Subscribe(ResourceType type, String name) -> node.subscribe(type, name);
        case Step.Unsubscribe(ResourceType type, String name) -> node.unsubscribe(type, name);
        case Step.Accept(ResourceType type) -> node.accept(type);
        case Step.Reject(ResourceType type) -> node.reject(type);
        case Step.Reconnect() -> node.reconnect();
      }
    }
    // What was rejected comes again with the next real change, so there is one of every type.
    long revision = 0;
    for (ResourceType type : ResourceType.values()) {
      node.subscribe(type, "last");
      revision = node.put(type, "last", 1_000_000);
    }
    node.acceptEverything();
    for (ResourceType type : ResourceType.values()) {
      assertThat(node.held(type)).as("%s of the client", type).isEqualTo(node.expected(type));
      assertThat(node.acknowledged(type)).as("acknowledged %s", type).isEqualTo(revision);
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<ResourceType> types = Arbitraries.of(ResourceType.class);
    Arbitrary<String> names = Arbitraries.of("a", "b", "c");
    Arbitrary<Integer> variants = Arbitraries.integers().between(1, 3);
    return Arbitraries.<Step>oneOf(
            Combinators.combine(types, names, variants).as(Step.Put::new),
            Combinators.combine(types, names).as(Step.Remove::new),
            Combinators.combine(types, names).as(Step.Subscribe::new),
            Combinators.combine(types, names).as(Step.Unsubscribe::new),
            types.map(Step.Accept::new),
            types.map(Step.Accept::new),
            types.map(Step.Reject::new),
            Arbitraries.just(new Step.Reconnect()))
        .list()
        .ofMinSize(1)
        .ofMaxSize(40);
  }
}
