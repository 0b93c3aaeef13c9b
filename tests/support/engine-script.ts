import { createEngine } from "../../src/web/upload-page/transfer/engine.ts";
import type { Engine, EngineOptions, Transfer } from "../../src/web/upload-page/transfer/types.ts";

/** What a test finds in a page that has the sending machinery and nothing else (engine-page.ts). */
export type EngineWindow = {
  engine: Engine;
  startEngine(options: Partial<EngineOptions> & { uploadToken: string }): void;
  /** Adds what was chosen in the page's file input. */
  addChosen(): Transfer[];
  /** Each state that a file was seen in, one after the other, by its name. */
  seen: Record<string, string[]>;
  /** When files changed, as told to a listener. */
  told: { at: number; ids: number }[];
};

const page = globalThis as unknown as EngineWindow;

page.startEngine = ({ uploadToken, ...options }) => {
  const day = 24 * 3600_000;
  page.seen = {};
  page.told = [];
  page.engine = createEngine({
    api: "../api/2/",
    by: { uploadToken, uploadGrant: null },
    guest: () => ({ name: "", note: "" }),
    status: {
      state: "open",
      maxUploads: 1000,
      remaining: 1000,
      free: 1000,
      validUntil: Date.now() + day,
      graceUntil: Date.now() + 2 * day,
    },
    statusMs: 0,
    ...options,
  });
  page.engine.onChange((changed) => {
    page.told.push({ at: performance.now(), ids: changed.size });
    for (const id of changed) note(page.engine.transfer(id));
  });
};

page.addChosen = () => {
  const input = document.querySelector("input") as HTMLInputElement;
  return page.engine.add([...(input.files ?? [])].map((file) => ({ file, path: "" })));
};

function note(transfer: Transfer | undefined): void {
  if (transfer === undefined) return;
  const states = (page.seen[transfer.name] ??= []);
  if (states.at(-1) !== transfer.state) states.push(transfer.state);
}
