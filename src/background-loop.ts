/** Work that goes on beside requests: one run at a time, and another one where it was rung for meanwhile. */
export type BackgroundLoop = {
  /** There may be something to do: runs now, or once more after the present run. */
  wake(): void;
  isBusy(): boolean;
  /** Resolves when no run is under way, and none was rung for. */
  idle(): Promise<void>;
};

/**
 * @param run looks for what there is to do, and does it. Whatever `wake` is called for during a run is found by that run or by
 *   the next one
 * @param onError told why a run has failed; there is no other run because of that
 */
export function createBackgroundLoop(
  run: () => Promise<void>,
  onError: (error: unknown) => void,
): BackgroundLoop {
  let running: Promise<void> | undefined;
  let isRung = false;

  async function runWhileRung(): Promise<void> {
    while (isRung) {
      isRung = false;
      await run().catch(onError);
    }
  }

  function wake(): void {
    isRung = true;
    running ??= runWhileRung().finally(() => {
      running = undefined;
      // It may have been rung for between the last look at `isRung` and this moment.
      if (isRung) wake();
    });
  }

  return {
    wake,
    isBusy: () => running !== undefined,
    idle: async () => {
      for (let busy = running; busy; busy = running) await busy;
    },
  };
}
