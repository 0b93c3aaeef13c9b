import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pieces, type Plan } from "./chunks.ts";
import { rowsOf } from "./database.ts";
import { png, textFile } from "./media.ts";
import { fileForm, originalOf, photoIn, redeem, sendChunk, type PhotoIds } from "./redeem.ts";
import { startTestSite, type TestSite } from "./site.ts";
import { sweepNow } from "./sweep.ts";

/** What may happen to a site between two sweeps. `of` picks one of the uploads begun so far. */
export type Step =
  | { do: "begin"; size: number; chunks: number }
  | { do: "chunk"; of: number; pick: number }
  | { do: "finish"; of: number }
  | { do: "fail"; of: number }
  | { do: "whole"; good: boolean }
  | { do: "advance"; minutes: number }
  | { do: "restart" };

type Begun = { token: string; plan: Plan; file: Uint8Array<ArrayBuffer> };
type Row = { id: number; file: string; identifier: string | null; state: string; received: number };

/** A site, and beside it what its sweeper must keep and must remove, noted by somebody else. */
export type History = {
  test: TestSite;
  take(step: Step): Promise<void>;
  /** Sweeps, and throws where something is there that should not be, or the other way round. */
  sweep(): Promise<void>;
};

export async function startHistory(keepMs: number): Promise<History> {
  const test = await startTestSite({ REDEEM_SYNC: "0" });
  const begun: Begun[] = [];
  const photos: { ids: PhotoIds; file: Uint8Array }[] = [];
  /** When each row was last changed, at the earliest, and last asked for anything, at the latest. */
  const changed = new Map<number, { from: number; to: number; was: string }>();

  /** Uploads that the present step has to do with: a chunk that is there already is a sign of life. */
  const asked = new Set<string>();

  const rows = () => rowsOf<Row>(test, "select id, file, identifier, state, received from uploads");
  const pickOf = (of: number) => begun[of % begun.length];

  async function send({ token, plan, file }: Begun, number: number, bytes = file): Promise<void> {
    const piece = pieces(plan)[number - 1];
    if (!piece) return;
    asked.add(plan.identifier);
    const answer = await sendChunk(test, token, plan, piece, bytes);
    const isOutcome = answer.headers.get("content-type")?.startsWith("application/json");
    if (answer.status !== 200 || !isOutcome) return;
    const ids = await photoIn(answer);
    if (photos.every((known) => known.ids.photo_id !== ids.photo_id)) photos.push({ ids, file });
  }

  async function act(step: Step): Promise<void> {
    if (step.do === "begin") {
      const seed = begun.length + 1;
      const chunkSize = Math.max(1, Math.floor(step.size / step.chunks));
      const plan = { identifier: `${seed}`, filename: "a.png", chunkSize, totalSize: step.size };
      const token = await test.token({ valid_minutes: 1440 });
      begun.push({ token, plan, file: png(step.size, seed) });
      // Any chunk may be the first.
      return send(begun.at(-1) as Begun, (seed % pieces(plan).length) + 1);
    }
    if (step.do === "whole") {
      const file = step.good ? png(300, photos.length + 1) : textFile(300);
      const answer = await redeem(test, fileForm(await test.token(), file));
      if (step.good) photos.push({ ids: await photoIn(answer), file });
      return;
    }
    if (step.do === "advance") return test.advance(step.minutes * 60_000);
    if (step.do === "restart") return test.restart();
    const upload = pickOf(step.of);
    if (!upload) return;
    const count = pieces(upload.plan).length;
    if (step.do === "chunk") return send(upload, (step.pick % count) + 1);
    if (step.do === "fail") return send(upload, 1, textFile(upload.plan.totalSize));
    for (let number = 1; number <= count; number += 1) await send(upload, number);
  }

  function note(from: number): void {
    const ids = new Set(rows().map(({ id }) => id));
    for (const [id, { was }] of changed) {
      if (ids.has(id)) continue;
      // A failed one may be begun anew, and its row with it: no other goes without a sweep.
      requireThat(was.startsWith("failed"), "gone without a sweep", { id, was });
      changed.delete(id);
    }
    for (const { id, identifier, state, received } of rows()) {
      const [known, was, to] = [changed.get(id), `${state} ${received}`, test.site.now()];
      if (known?.was !== was) changed.set(id, { from, to, was });
      else if (asked.has(identifier ?? "")) known.to = to;
    }
    asked.clear();
  }

  async function check(begunAt: number): Promise<void> {
    const left = new Map(rows().map((row) => [row.id, row]));
    for (const [id, { from, to, was }] of changed) {
      const [oldest, youngest] = [test.site.now() - from, begunAt - to];
      if (was.startsWith("finished")) requireThat(left.has(id), "a photo's row is gone", id);
      else if (oldest <= keepMs) requireThat(left.has(id), "swept too early", { id, oldest, was });
      else if (youngest > keepMs) requireThat(!left.has(id), "never swept", { id, youngest, was });
      if (!left.has(id)) changed.delete(id);
    }
    for (const { ids, file } of photos) {
      const bytes = await originalOf(test, ids);
      requireThat(Buffer.from(bytes).equals(file), "a photo's bytes are others", ids);
    }
    const files = await readdir(join(test.folder, "uploads"));
    const receiving = [...left.values()].filter(({ state }) => state === "receiving");
    const wanted = receiving.map(({ file }) => file);
    requireThat(
      files.every((file) => wanted.includes(file)),
      "a file without an upload",
      files,
    );
    requireThat(
      wanted.every((file) => files.includes(file)),
      "an upload without its file",
      wanted,
    );
    requireThat((await readdir(join(test.folder, "spool"))).length === 0, "a spool is left", "");
    const chunks = rowsOf<{ id: number }>(test, "select distinct upload_id as id from chunks");
    requireThat(
      chunks.every(({ id }) => left.has(id)),
      "chunks of no upload",
      chunks,
    );
  }

  return {
    test,
    take: async (step) => {
      const from = test.site.now();
      await act(step);
      // A start sweeps as well: what is younger is not noted as gone before it is checked.
      if (step.do === "restart") await check(from);
      note(from);
    },
    sweep: async () => {
      const begunAt = test.site.now();
      // Nothing is lost in a history: there is nothing to be put right.
      await sweepNow(test, (event) => requireThat(false, event.kind, event));
      await check(begunAt);
    },
  };
}

function requireThat(so: boolean, what: string, about: unknown): void {
  if (!so) throw new Error(`${what}: ${JSON.stringify(about)}`);
}
