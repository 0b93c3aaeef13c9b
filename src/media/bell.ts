/** Tells those who wait that something has happened. Who takes `next()` before looking misses nothing. */
export function createBell() {
  let coming = Promise.withResolvers<true>();
  return {
    ring: (): void => {
      coming.resolve(true);
      coming = Promise.withResolvers();
    },
    /** The next ring: `within` answers whether it came within so many milliseconds. */
    next: (): { within(ms: number): Promise<boolean> } => {
      const { promise } = coming;
      return {
        within: async (ms) => {
          const late = Promise.withResolvers<false>();
          const timer = setTimeout(() => late.resolve(false), ms);
          timer.unref();
          const rung = await Promise.race([promise, late.promise]);
          clearTimeout(timer);
          return rung;
        },
      };
    },
  };
}
