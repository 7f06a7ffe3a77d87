package io.zenvoy.it.stack;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Plays GitOps: sets the replicas of a Deployment to what a file somewhere says whenever it looks
 * and finds another number.
 */
public final class Resetter implements AutoCloseable {
  private final Workloads workloads;
  private final String deployment;
  private final int replicas;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final AtomicInteger resets = new AtomicInteger();

  private Resetter(Workloads workloads, String deployment, int replicas) {
    this.workloads = workloads;
    this.deployment = deployment;
    this.replicas = replicas;
  }

  /** Starts to look, the first time after one interval. */
  public static Resetter start(
      Workloads workloads, String deployment, int replicas, Duration interval) {
    Resetter resetter = new Resetter(workloads, deployment, replicas);
    var _ =
        resetter.thread.scheduleWithFixedDelay(
            resetter::look, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    return resetter;
  }

  /** How often it has found another number. */
  public int resets() {
    return resets.get();
  }

  /** Returns when it has looked for the last time. */
  @Override
  public void close() {
    thread.close();
  }

  private void look() {
    try {
      if (workloads.replicas(deployment) != replicas) {
        resets.incrementAndGet();
        workloads.scale(deployment, replicas);
      }
    } catch (KubernetesClientException e) {
      // It looks again.
    }
  }
}
