import { pieces, type Plan } from "./chunks.ts";
import { png } from "./media.ts";
import { sendPiece } from "./over-http.ts";
import type { TestServer } from "./server.ts";

const BYTES = 2_000_000;

/** A picture of 2 MB that comes in two chunks, so that it is under way between them. */
export function inTwoChunks(identifier: string, filename: string): Plan {
  return { identifier, filename, chunkSize: BYTES / 2, totalSize: BYTES };
}

/** @param number 1 or 2 */
export async function sendChunkOf(
  server: TestServer,
  token: string,
  plan: Plan,
  number: number,
): Promise<void> {
  const piece = pieces(plan)[number - 1];
  if (!piece) throw new Error(`no chunk ${number}`);
  const answer = await sendPiece(server, token, plan, piece, png(BYTES));
  if (answer.status !== 200) throw new Error(await answer.text());
}
