import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Problem } from "../../src/problem.ts";
import { tokenClaim } from "../../src/upload/claim.ts";
import { pieces, type Plan } from "./chunks.ts";
import { rowsOf } from "./database.ts";
import { png } from "./media.ts";
import { sendChunk } from "./redeem.ts";
import type { TestSite } from "./site.ts";

/** A file in three chunks, and its plan. */
export const file = png(3500);
export const plan: Plan = { identifier: "i", filename: "a.png", chunkSize: 1000, totalSize: 3500 };

/** Sends chunks of the file to a site in this process, and cancels it. */
export function cancelling(present: () => TestSite) {
  const send = (token: string, number: number, of: Plan = plan): Promise<Response> =>
    sendChunk(present(), token, of, pieces(of)[number - 1] as never, file);

  /** @param keepSeconds as in protocol 4.8, or what is none */
  function askToCancel(token: string, keepSeconds: number | string): Promise<Response> {
    const body = new URLSearchParams({
      upload_token: token,
      resumableIdentifier: "i",
      resumableTotalSize: "3500",
      resumableChunkSize: "1000",
      resumableFilename: "a.png",
      keep_seconds: String(keepSeconds),
    });
    return present().call("/api/2/photo/cancel-upload", { method: "POST", body });
  }

  /** @returns whether it was cancelled */
  async function cancel(token: string, keepSeconds = 0): Promise<boolean> {
    const answer = await askToCancel(token, keepSeconds);
    return ((await answer.json()) as { data: { cancelled_p: boolean } }).data.cancelled_p;
  }

  /** The names of files of uploads. */
  const staged = () => readdir(join(present().folder, "uploads"));
  const states = () =>
    rowsOf<{ state: string; kept: number }>(
      present(),
      "select state, kept_until is not null as kept from uploads",
    );

  /** Sends a chunk whose bytes, and what is behind them, a test lets come. @returns what it comes to, or a problem's code */
  async function receive(
    token: string,
    number: number,
    during: { bytes?: () => Promise<unknown>; rest?: () => Promise<unknown> },
  ): Promise<string> {
    const piece = pieces(plan)[number - 1] as { start: number; end: number };
    const params = new Map([
      ["upload_token", token],
      ["resumableIdentifier", "i"],
      ["resumableFilename", "a.png"],
      ["resumableChunkSize", "1000"],
      ["resumableTotalSize", "3500"],
      ["resumableChunkNumber", String(number)],
    ]);
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield file.subarray(piece.start, piece.start + 500);
      await during.bytes?.();
      yield file.subarray(piece.start + 500, piece.end);
    }
    const claim = tokenClaim({ ...present().site, unlock: async () => undefined }, "upload");
    const request = { claim, params, partName: "a.png", range: undefined, origin: null };
    const body = {
      length: undefined,
      moreParams: true,
      bytes: bytes(),
      rest: async () => {
        await during.rest?.();
        return { params, moreFiles: false };
      },
      endBy: () => undefined,
    };
    return present()
      .site.redeemer.receive(request, body)
      .then(
        ({ kind }) => kind,
        (error: unknown) => (error as Problem).code,
      );
  }

  return { send, askToCancel, cancel, staged, states, receive };
}
