import { describe, expect, test } from "bun:test";
import { chunkFields, pieces, type Plan } from "../support/chunks.ts";
import { header, hex, underWay } from "../support/digests.ts";
import { dropzoneFields, flowFields, rangeHeaders } from "../support/families.ts";
import { siteForAll } from "../support/lifetime.ts";
import { startReceiver } from "../support/receiver.ts";
import { png } from "../support/media.ts";
import {
  askChunk,
  formOf,
  originalOf,
  photoIn,
  redeem,
  sendChunk,
  type Part,
  type RedeemOptions,
} from "../support/redeem.ts";

/** Protocol 4.5: hashes that clients say of chunks, and of files that come in chunks. */

const site = siteForAll();

/** A token for one file: what is refused has to give the use back. */
const token = () => site.token({ max_uploads: 1 });

const nothingKept = async () => expect(await underWay(site)).toEqual([]);

const bytes = png(200_000, 3);
const other = png(200_000, 4);

const plan: Plan = { identifier: "f", filename: "f.png", chunkSize: 70_000, totalSize: 200_000 };
const [first, second] = pieces(plan) as [{ number: number; start: number; end: number }, never];
const part = (of: Uint8Array, { start, end }: { start: number; end: number }) =>
  of.slice(start, end);

const sayingFile = (of: Uint8Array) => ({ query: `file_digest=sha-256:${hex(of)}` });

const say = (fields: [string, string][], name: string, piece: typeof first, digest: string) =>
  redeem(
    site,
    formOf([
      ...fields.map(([field, value]): Part => [field, value]),
      ["upload_token", name],
      ["digest", digest],
      ["file", part(bytes, piece), plan.filename],
    ]),
  );

describe("the hash of a chunk", () => {
  type Send = (token: string, piece: typeof first, digest: string) => Promise<Response>;
  const FAMILIES: Record<string, Send> = {
    "Resumable.js": (name, piece, digest) =>
      say(chunkFields(plan, piece.number), name, piece, digest),
    "flow.js": (name, piece, digest) => say(flowFields(plan, piece), name, piece, digest),
    Dropzone: (name, piece, digest) =>
      redeem(
        site,
        formOf([
          ["file", part(bytes, piece), plan.filename],
          ["digest", digest],
          ...dropzoneFields(plan, piece).map(([field, value]): Part => [field, value]),
          ["upload_token", name],
        ]),
      ),
    "jQuery File Upload": (name, piece, digest) =>
      redeem(site, part(bytes, piece), {
        query: `upload_token=${name}&digest=${encodeURIComponent(digest)}`,
        headers: { ...rangeHeaders(plan, piece), "content-type": "image/png" },
      }),
    "octets with Content-Digest": (name, piece, digest) =>
      redeem(site, part(bytes, piece), {
        query: new URLSearchParams([
          ...chunkFields(plan, piece.number),
          ["upload_token", name],
        ]).toString(),
        headers: {
          "content-type": "application/octet-stream",
          "content-digest": `sha-256=:${Buffer.from(digest.slice(8), "hex").toString("base64")}:`,
        },
      }),
  };

  test.each(Object.keys(FAMILIES))("%s: a damaged one is not kept, and comes again", async (by) => {
    const send = FAMILIES[by] as Send;
    const name = await token();
    const chunks = pieces(plan, by === "Dropzone");
    let last: Response | undefined;
    for (const piece of chunks.toReversed()) {
      const wrong = await send(name, piece, `sha-256:${hex(part(other, piece))}`);
      expect([wrong.status, await wrong.text()]).toEqual([
        400,
        expect.stringMatching(/^The chunk was damaged on its way: its sha-256 is not what/),
      ]);
      last = await send(name, piece, `sha-256:${hex(part(bytes, piece))}`);
      expect(last.status).toBe(200);
    }
    const photo = await photoIn(last as Response);
    expect(await originalOf(site, photo)).toEqual(bytes);
  });

  test("leaves nothing of an upload that has no other byte", async () => {
    const name = await token();
    const wrong = await say(chunkFields(plan, 1), name, first, `sha-256:${hex(other)}`);
    expect(wrong.status).toBe(400);
    await nothingKept();
    expect((await askChunk(site, name, plan, 1)).status).toBe(204);
  });

  test("is held against a chunk that was stored before: 200 means that it has that hash", async () => {
    // The first has one length that it may have, and the last has two.
    for (const [stored, missing] of [
      [first, second],
      [second, first],
    ] as const) {
      const name = await token();
      expect((await sendChunk(site, name, plan, stored, bytes)).status).toBe(200);
      const again = (of: Uint8Array) =>
        say(chunkFields(plan, stored.number), name, stored, `sha-256:${hex(part(of, stored))}`);
      expect((await again(bytes)).status).toBe(200);
      const refused = await again(other);
      expect([refused.status, await refused.text()]).toEqual([
        500,
        `Chunk ${stored.number} was accepted before, and with other bytes than digest says.`,
      ]);
      const done = await sendChunk(site, name, plan, missing, bytes);
      expect(await originalOf(site, await photoIn(done))).toEqual(bytes);
    }
  });
});

describe("the hash of a complete file in chunks", () => {
  const WAYS: Record<
    string,
    (of: Uint8Array) => { query?: string; headers?: Record<string, string> }
  > = {
    file_digest: (of) => ({ query: `file_digest=sha-256:${hex(of)}` }),
    "Repr-Digest": (of) => ({ headers: { "repr-digest": header(of) } }),
  };

  test.each(Object.keys(WAYS))("%s with any chunk is compared at the end", async (way) => {
    const saying = (WAYS[way] as (typeof WAYS)[string])(bytes);
    for (const [said, then] of [
      [first, second],
      [second, first],
    ] as const) {
      const name = await token();
      expect((await sendChunk(site, name, plan, said, bytes, saying)).status).toBe(200);
      const photo = await photoIn(await sendChunk(site, name, plan, then, bytes));
      expect(await originalOf(site, photo)).toEqual(bytes);
      const stored = await site.site.records.photos.byId(photo.photo_id);
      expect(stored?.original.sha256).toBe(hex(bytes));
    }
  });

  test.each(Object.keys(WAYS))(
    "%s that is wrong refuses the file, deletes its bytes",
    async (way) => {
      const saying = (WAYS[way] as (typeof WAYS)[string])(other);
      const backend = startReceiver();
      const name = await site.token({
        max_uploads: 1,
        return_url: `${backend.url}/done`,
        background_return_p: 1,
      });
      expect((await sendChunk(site, name, plan, first, bytes, saying)).status).toBe(200);
      const refused = await sendChunk(site, name, plan, second, bytes);
      expect([refused.status, await refused.text()]).toEqual([
        500,
        "The file is not what was sent: its sha-256 is not what the uploader says. Nothing of it is kept.",
      ]);
      await nothingKept();
      const [told] = await backend.got(1);
      await backend.stop();
      expect(told?.url.searchParams.get("error_message")).toContain(
        "The file is not what was sent",
      );
      // The use is free, and the same file may come again, under an upload of its own.
      expect((await askChunk(site, name, plan, 1)).status).toBe(204);
      await sendChunk(site, name, plan, first, bytes);
      expect((await sendChunk(site, name, plan, second, bytes)).status).toBe(200);
    },
  );

  test("counts where it stands behind the file, and with a chunk that was stored before", async () => {
    const digest = `sha-256:${hex(other)}`;
    const behind = formOf([
      ...chunkFields(plan, 2).map(([field, value]): Part => [field, value]),
      ["file", part(bytes, second), plan.filename],
      ["file_digest", digest],
    ]);
    const again: RedeemOptions = { query: `file_digest=${digest}` };
    for (const how of ["behind", "again"]) {
      const name = await token();
      const sent =
        how === "behind"
          ? await redeem(site, behind, { query: `upload_token=${name}` })
          : await sendChunk(site, name, plan, second, bytes);
      expect(sent.status).toBe(200);
      if (how === "again") await sendChunk(site, name, plan, second, bytes, again);
      expect((await sendChunk(site, name, plan, first, bytes)).status).toBe(500);
      await nothingKept();
    }
  });

  test("outlives a restart", async () => {
    const name = await token();
    const saying = { query: `file_digest=sha-256:${hex(other)}` };
    await sendChunk(site, name, plan, first, bytes, saying);
    await site.restart();
    expect((await sendChunk(site, name, plan, second, bytes)).status).toBe(500);
    await nothingKept();
  });

  test("may not be said in two ways", async () => {
    const name = await token();
    expect((await sendChunk(site, name, plan, first, bytes, sayingFile(bytes))).status).toBe(200);
    const refused = await sendChunk(site, name, plan, second, bytes, sayingFile(other));
    expect([refused.status, await refused.text()]).toEqual([
      400,
      "file_digest says another hash of the file than was said before: all that is said of one file must be the same.",
    ]);
    await photoIn(await sendChunk(site, name, plan, second, bytes));
  });
});
