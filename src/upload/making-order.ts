/** The place of one file among those whose photos are made in an order, whatever their bytes wait for meanwhile. */
export type MakingTurn = {
  /** Resolves when each file before this one has let it go first. */
  readonly come: Promise<void>;
  /** Lets those behind it go on: its photo is made, or is not for this request to make. */
  pass(): void;
};

/**
 * The order in which the photos of one request are made (protocol 4.9): so they get their ids. Only making them waits for that; files
 * are received and brought to the disk side by side. Nobody may wait here for what waits for its turn: whoever
 * waits for a photo that another request makes has to let those behind it pass first.
 * @returns makes the next turn
 */
export function createMakingOrder(): () => MakingTurn {
  let last: Promise<void> = Promise.resolve();
  return () => {
    const come = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = come.then(() => promise);
    return { come, pass: resolve };
  };
}
