import { readdirSync } from "node:fs";
import { join } from "node:path";
import { until } from "../support/remains.ts";
import type { Backend } from "./backend.ts";
import {
  callbacksMade,
  chunksKept,
  leftOver,
  listPhotos,
  pendingCallbacks,
  photosAsTold,
  promisedChunks,
  usesExact,
} from "./checks.ts";
import type { Run } from "./clients.ts";
import { chunkedFiles, newLedger, type ChunkedFile, type Ledger } from "./ledger.ts";
import type { Living } from "./living.ts";
import type { Random } from "./random.ts";

/** Counts answers, so that the moment of a kill is told by the work done and not by a clock alone. */
export function createRun(living: Living, rates: Pick<Run, "slow" | "givenUp" | "faulty">) {
  let answers = 0;
  const run: Run = {
    server: living,
    ledger: newLedger(),
    ...rates,
    onAnswer: () => {
      answers += 1;
    },
  };
  /** Resolves when so many more requests have been answered. */
  const further = (count: number) => {
    const goal = answers + count;
    return until(`${count} more answers`, () => answers >= goal, 30_000);
  };
  return { run, further };
}

/** One restart under load. What it finds wrong goes into the ledger. */
export async function restartUnderLoad(
  living: Living,
  ledger: Ledger,
  seen: Set<ChunkedFile>,
  signal: "SIGKILL" | "SIGTERM",
  random: Random,
): Promise<number> {
  let promised = promisedChunks(ledger, new Set());
  const { code, ms } = await living.restart(signal, () => {
    promised = promisedChunks(ledger, seen);
    for (const left of signal === "SIGTERM" ? readdirSync(join(living.folder, "spool")) : []) {
      ledger.wrong.push(`life ${living.life}: ended by SIGTERM, and left spool/${left}`);
    }
  });
  if (signal === "SIGTERM" && code !== 0) {
    ledger.wrong.push(`life ${living.life}: SIGTERM, and the exit code is ${code}`);
  }
  if (signal === "SIGKILL" && random.chance(0.25)) {
    await living.stillborn(random.between(20, 500));
    await living.restart("SIGKILL");
  }
  ledger.wrong.push(...(await chunksKept(living, ledger, promised)));
  return ms;
}

/** Nothing is under way any more: everything that was promised, against everything that is there. */
export async function verdict(
  living: Living,
  ledger: Ledger,
  backend: Backend,
): Promise<{ wrong: string[]; photos: number; bytes: number }> {
  const wrong = [...ledger.wrong];
  await until("every callback is taken", () => pendingCallbacks(living) === 0, 60_000);
  const photos = await listPhotos(living);
  wrong.push(...(await chunksKept(living, ledger, promisedChunks(ledger, new Set()))));
  wrong.push(...(await photosAsTold(living, ledger, photos)));
  wrong.push(...callbacksMade(ledger, photos, backend));
  wrong.push(...(await usesExact(living, ledger)));
  const left = await leftOver(living);
  const lapsed = chunkedFiles(ledger).filter(({ file }) => file.lapsed).length;
  if (left.length > lapsed) wrong.push(...left.map((name) => `left behind: ${name}`));
  return { wrong, photos: photos.length, bytes: photos.reduce((sum, { size }) => sum + size, 0) };
}
