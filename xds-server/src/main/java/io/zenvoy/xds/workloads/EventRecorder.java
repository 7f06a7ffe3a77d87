package io.zenvoy.xds.workloads;

import io.zenvoy.xds.model.ServiceKey;

/**
 * Tells the owner of a service what happened to it, where owners look: on Kubernetes as an Event of
 * the Service.
 *
 * <p>Never blocks and never throws; may be called on any thread. What repeats within a minute is
 * told once, and under a flood some are dropped: nothing may depend on an event.
 */
public interface EventRecorder {
  /** Drops everything. */
  EventRecorder NONE =
      new EventRecorder() {
        @Override
        public void warning(ServiceKey service, String reason, String message) {}

        @Override
        public void normal(ServiceKey service, String reason, String message) {}
      };

  /**
   * Something that the owner should look at.
   *
   * @param reason one word in UpperCamelCase, the same for every event of its sort
   * @param message one line for people
   */
  void warning(ServiceKey service, String reason, String message);

  /**
   * Something that went as it should.
   *
   * @param reason one word in UpperCamelCase, the same for every event of its sort
   * @param message one line for people
   */
  void normal(ServiceKey service, String reason, String message);
}
