import type { BrowserContext } from "playwright-core";

/**
 * For `before` of a visit: what its pages let undo for eight seconds can be undone for two minutes. A busy machine may take longer than eight
 * seconds from one step of a test to the next.
 */
export function withTimeToUndo(context: BrowserContext): Promise<unknown> {
  return context.addInitScript(() => {
    const start = globalThis.setTimeout as (run: TimerHandler, ms?: number) => number;
    const patient = (run: TimerHandler, ms?: number) => start(run, ms === 8000 ? 120_000 : ms);
    Object.assign(globalThis, { setTimeout: patient });
  });
}
