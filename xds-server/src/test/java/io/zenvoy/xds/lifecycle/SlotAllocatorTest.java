package io.zenvoy.xds.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.zenvoy.common.Ipv4Network;
import io.zenvoy.common.PortRange;
import io.zenvoy.common.Slot;
import io.zenvoy.xds.model.SlotSpace;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SlotAllocatorTest {
  private static final Ipv4Network NETWORK = Ipv4Network.parse("127.128.0.0/9");
  private static final SlotSpace TRANSPARENT = new SlotSpace(NETWORK, new PortRange(20000, 32767));
  private static final SlotSpace TWO_SLOTS =
      new SlotSpace(Ipv4Network.parse("127.128.0.0/30"), new PortRange(18001, 18001));

  @Property(tries = 50)
  void everySlotLiesInsideTheSpaceAndIsGivenOnce(@ForAll @IntRange(min = 1, max = 500) int count) {
    SlotAllocator allocator = new SlotAllocator(TRANSPARENT);
    Set<Slot> given = new HashSet<>();
    for (int i = 0; i < count; i++) {
      Slot slot = allocate(allocator, "service-" + i, 0);
      assertThat(NETWORK.contains(slot.address())).isTrue();
      assertThat(TRANSPARENT.ports().contains(slot.port())).isTrue();
      assertThat(given.add(slot)).isTrue();
    }
  }

  @Test
  void theSameServiceGetsTheSameSlotFromEveryControlPlane() {
    assertThat(allocate(new SlotAllocator(TRANSPARENT), "hello", 0))
        .isEqualTo(allocate(new SlotAllocator(TRANSPARENT), "hello", 99));
  }

  @Test
  void directSlotsAllHaveTheDaemonsPort() {
    SlotAllocator allocator =
        new SlotAllocator(new SlotSpace(NETWORK, new PortRange(18001, 18001)));

    assertThat(allocate(allocator, "hello", 0).port()).isEqualTo(18001);
  }

  @Test
  void aSlotThatWasGivenUpRestsBeforeAnotherServiceGetsIt() {
    SlotAllocator allocator = new SlotAllocator(TWO_SLOTS);
    Slot first = allocate(allocator, "a", 0);
    Slot second = allocate(allocator, "b", 0);
    assertThat(second).isNotEqualTo(first);
    allocator.release(first, 0);

    assertThat(find(allocator, "c", SlotAllocator.REST.toNanos() - 1)).isEmpty();
    assertThat(allocate(allocator, "c", SlotAllocator.REST.toNanos())).isEqualTo(first);
  }

  @Test
  void aServiceThatComesBackGetsItsRestingSlot() {
    SlotAllocator allocator = new SlotAllocator(TWO_SLOTS);
    Slot slot = allocate(allocator, "a", 0);
    allocator.release(slot, 0);

    assertThat(allocate(allocator, "a", 1)).isEqualTo(slot);
  }

  private static Slot allocate(SlotAllocator allocator, String name, long nowNanos) {
    return find(allocator, name, nowNanos).orElseThrow();
  }

  private static Optional<Slot> find(SlotAllocator allocator, String name, long nowNanos) {
    return allocator.allocate("uid-" + name, "", nowNanos);
  }
}
