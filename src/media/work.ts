import { writeFileSync } from "node:fs";
import { describeMedia } from "./describe.ts";
import { makeThumbnails } from "./make-thumbnails.ts";
import type { MediaOrder, MediaSaying } from "./messages.ts";
import { picturesOf } from "./picture.ts";

/**
 * A process that takes more than this ends itself, where the system does not refuse it more (limited.ts). No picture that
 * is decoded takes so much.
 */
const MOST_MEMORY = 1024 ** 3;

const LOOK_MS = 50;

/**
 * The media process (`redeem media`, which the server starts): takes orders from its standard input until that
 * ends, and says what came of each. It has neither the database nor a secret, and may die at any moment.
 */
export async function work(): Promise<void> {
  giveWay();
  setInterval(() => {
    if (process.memoryUsage.rss() > MOST_MEMORY) process.exit(1);
  }, LOOK_MS).unref();
  for await (const line of console) {
    const order = JSON.parse(line) as MediaOrder;
    await carryOut(order).catch((error: unknown) => {
      const { code, message } = error as { code?: string; message?: string };
      say({ kind: "failed", error: (code ?? message ?? "failed").slice(0, 500) });
    });
  }
  process.exit(0);
}

async function carryOut({ path, size, type, folder, ffmpeg }: MediaOrder): Promise<void> {
  const facts = await describeMedia({ path, size }, type);
  say({ kind: "facts", facts });
  const pictures = picturesOf({ path, size }, type, facts, ffmpeg);
  for (;;) {
    const next = await pictures.next();
    if (next.done) return say({ kind: "made", thumbnails: [], reason: next.value });
    try {
      return say({
        kind: "made",
        thumbnails: await makeThumbnails(next.value, folder),
        reason: null,
      });
    } catch (error) {
      if (!(error as { code?: string }).code?.startsWith("ERR_IMAGE_")) throw error;
    }
  }
}

function say(saying: MediaSaying): void {
  process.stdout.write(`${JSON.stringify(saying)}\n`);
}

/**
 * Where memory runs out the system ends this process first; and where it shares the processor out among groups of
 * processes, this one's group comes last. Both are Linux's own.
 */
function giveWay(): void {
  for (const [file, value] of [
    ["/proc/self/oom_score_adj", "1000"],
    ["/proc/self/autogroup", "19"],
  ] as const) {
    try {
      writeFileSync(file, value);
    } catch {
      // There is no such thing here.
    }
  }
}
