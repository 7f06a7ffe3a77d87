package io.zenvoy.xds.workloads;

/**
 * The right to serve and to decide, for as long as it holds. Once it does not hold it never does
 * again: whoever leads anew is given another one. Thread-safe.
 */
public interface Leadership {
  /** Of a control plane that has no others beside it. */
  Leadership ALONE =
      new Leadership() {
        @Override
        public boolean holds() {
          return true;
        }

        @Override
        public void serving() {}

        @Override
        public void resign() {}
      };

  /**
   * Whether it still holds, by this machine's monotonic clock: false before anybody else can lead,
   * also when this process was stopped meanwhile. Cheap enough to ask before every single act.
   */
  boolean holds();

  /** Tells that clients are served: they are sent here from now on. Does not block. */
  void serving();

  /**
   * Gives it up because nobody can be served: another one may lead at once, and this one only after
   * a while. Nothing changes where there is no other one. Does not block.
   */
  void resign();
}
