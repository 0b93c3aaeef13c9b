import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { chunkFields, pieces, type Plan } from "../support/chunks.ts";
import { dropzoneFields, flowFields, rangeHeaders } from "../support/families.ts";
import { siteForAll } from "../support/lifetime.ts";
import { startReceiver } from "../support/receiver.ts";
import { png } from "../support/media.ts";
import {
  askChunk,
  fileForm,
  formOf,
  originalOf,
  photoIn,
  redeem,
  sendChunk,
  type Part,
  type RedeemOptions,
} from "../support/redeem.ts";
import { processorTime } from "../support/processor.ts";

/** Protocol 4.5: hashes that clients say. */

const site = siteForAll();

const hex = (bytes: Uint8Array, algorithm = "sha256") =>
  createHash(algorithm).update(bytes).digest("hex");
const base64 = (bytes: Uint8Array, algorithm = "sha256") =>
  createHash(algorithm).update(bytes).digest("base64");
const header = (bytes: Uint8Array) => `sha-256=:${base64(bytes)}:`;

/** A token for one file: what is refused has to give the use back. */
const token = () => site.token({ max_uploads: 1 });

async function nothingKept(): Promise<void> {
  expect(await readdir(join(site.folder, "uploads"))).toEqual([]);
  expect(await readdir(join(site.folder, "spool"))).toEqual([]);
}

const bytes = png(200_000, 3);
const other = png(200_000, 4);

/** Each way of saying the hash of a whole file. */
const WHOLE: Record<string, (of: Uint8Array, token: string) => Promise<Response>> = {
  "digest before the file": (of, name) =>
    redeem(site, fileForm(name, bytes, "a.png", { digest: `sha-256:${hex(of)}` })),
  "digest behind the file": (of, name) =>
    redeem(
      site,
      formOf([
        ["upload_token", name],
        ["file", bytes],
        ["digest", `sha-256:${hex(of)}`],
      ]),
    ),
  "digest in the query, base64 with its plus signs unescaped": (of, name) =>
    redeem(site, fileForm(name, bytes), { query: `digest=sha-256:${base64(of)}` }),
  "digest of SHA-512": (of, name) =>
    redeem(site, fileForm(name, bytes, "a.png", { digest: `SHA-512:${base64(of, "sha512")}` })),
  "digest of octets": (of, name) =>
    redeem(site, bytes, {
      query: `upload_token=${name}&digest=sha-256:${hex(of).toUpperCase()}`,
      headers: { "content-type": "image/png" },
    }),
  file_digest: (of, name) =>
    redeem(site, fileForm(name, bytes, "a.png", { file_digest: `sha-256:${hex(of)}` })),
  "Content-Digest of octets": (of, name) =>
    redeem(site, bytes, {
      query: `upload_token=${name}`,
      headers: { "content-type": "image/png", "content-digest": header(of) },
    }),
  "Repr-Digest of octets": (of, name) =>
    redeem(site, bytes, {
      query: `upload_token=${name}`,
      headers: { "content-type": "image/png", "repr-digest": header(of) },
    }),
  "Repr-Digest of a form": (of, name) =>
    redeem(site, fileForm(name, bytes), {
      headers: {
        "repr-digest": `unknown=1;a=?1, md5=:aGFsbG8=:, sha-512=:${base64(of, "sha512")}:,\tsha-256=:${base64(of)}:`,
      },
    }),
};

describe("the hash of a whole file", () => {
  test.each(Object.keys(WHOLE))("%s: the file is taken where it is right", async (way) => {
    const send = WHOLE[way] as (typeof WHOLE)[string];
    const photo = await photoIn(await send(bytes, await token()));
    expect(await originalOf(site, photo)).toEqual(bytes);
  });

  test.each(Object.keys(WHOLE))("%s: nothing is kept where it is wrong", async (way) => {
    const send = WHOLE[way] as (typeof WHOLE)[string];
    const name = await token();
    const refused = await send(other, name);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      status: "error",
      code: "digest_mismatch",
      message: expect.stringMatching(/^The file is not what was sent: its sha-(256|512) is not/),
    });
    await nothingKept();
    // Its use is free again.
    await photoIn(await redeem(site, fileForm(name, bytes)));
  });

  test("is told to the backend where it is wrong, and is no extra parameter", async () => {
    const return_url = "https://shop.test/done";
    const digest = `sha-256:${hex(other)}`;
    const wrong = await redeem(
      site,
      fileForm(await site.token({ return_url }), bytes, "a.png", { digest, mine: "1" }),
    );
    expect(wrong.status).toBe(301);
    const told = new URL(wrong.headers.get("location") ?? "").searchParams;
    expect(told.get("error_message")).toContain("its sha-256 is not what digest says");
    expect([told.get("mine"), told.get("digest")]).toEqual(["1", null]);
  });

  test("is on record at once where it was said, and else behind the answer", async () => {
    const list = async (id: number) => {
      const query = new URLSearchParams({ photo_id: String(id), include_unpublished_p: "1" });
      const answer = await site.callWithKey(`/api/2/photo/list?${query}`);
      const body = (await answer.json()) as { data: { original_sha256: string }[] };
      return body.data[0]?.original_sha256;
    };
    const said = await photoIn(
      await redeem(
        site,
        fileForm(await token(), bytes, "a.png", { digest: `sha-256:${hex(bytes)}` }),
      ),
    );
    expect(await list(said.photo_id)).toBe(hex(bytes));
    const unsaid = await photoIn(await redeem(site, fileForm(await token(), other)));
    await site.site.hasher.idle();
    expect(await list(unsaid.photo_id)).toBe(hex(other));
  });
});

describe("Content-Digest of a form", () => {
  const boundary = "xxBOUNDARYxx";
  const form = (name: string) =>
    Buffer.concat([
      Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="upload_token"\r\n\r\n${name}\r\n` +
          `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n`,
      ),
      bytes,
      Buffer.from(`\r\n--${boundary}--\r\nwhat is behind it counts, too${"x".repeat(300_000)}`),
    ]);
  const send = (body: Buffer, digest: string) =>
    redeem(site, new Uint8Array(body), {
      headers: {
        "content-type": `multipart/form-data; boundary=${boundary}`,
        "content-digest": digest,
      },
    });

  test("is that of the whole body", async () => {
    const body = form(await token());
    await photoIn(await send(body, header(body)));
  });

  test("keeps nothing where it is wrong", async () => {
    const name = await token();
    const body = form(name);
    for (const wrong of [bytes, body.subarray(0, -1)]) {
      const refused = await send(body, header(wrong));
      expect([refused.status, await refused.text()]).toEqual([
        400,
        "The request was damaged on its way: its sha-256 is not what Content-Digest says. Nothing of it is kept; send it again.",
      ]);
      await nothingKept();
    }
    await photoIn(await send(body, header(body)));
  });
});

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

describe("what is malformed is 400, naming it, before the file is read", () => {
  test.each([
    "",
    "sha-256",
    "sha-256=abc",
    "sha-256=:YWJj:",
    "sha-256=:AAAA",
    `sha-256=:${base64(bytes)}:,`,
    `,sha-256=:${base64(bytes)}:`,
    `sha-256=:${base64(bytes)}: sha-512=:${base64(bytes, "sha512")}:`,
    `sha-512=:${base64(bytes)}:`,
    `SHA-256=:${base64(bytes)}:`,
    `sha-256=${hex(bytes)}`,
  ])("Repr-Digest: %p", async (value) => {
    const refused = await redeem(site, fileForm(await token(), bytes), {
      headers: { "repr-digest": value },
    });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringMatching(/^Repr-Digest must be sha-256=:…: or sha-512=:…:/),
    ]);
  });

  test.each(["md5:abc", "sha-256:abc", `sha-256:${"0".repeat(63)}`, "x", `sha-512:${hex(bytes)}`])(
    "digest and file_digest: %p",
    async (value) => {
      for (const name of ["digest", "file_digest"]) {
        const refused = await redeem(
          site,
          fileForm(await token(), bytes, "a.png", { [name]: value }),
        );
        expect([refused.status, await refused.text()]).toEqual([
          400,
          expect.stringMatching(new RegExp(`^${name} must be sha-256: or sha-512:`)),
        ]);
      }
      await nothingKept();
    },
  );

  test("other algorithms are passed over in headers", async () => {
    const headers = { "repr-digest": 'md5=:YWJj:, x="a, b";q=1, y=1.5, z' };
    await photoIn(await redeem(site, fileForm(await token(), bytes), { headers }));
  });
});

test("a digest of a quarter of a megabyte is refused at once: its length holds nobody up", async () => {
  const long = `sha-256:${" ".repeat(250_000)}x`;
  const begun = processorTime();
  const answer = await redeem(site, fileForm("no token at all", bytes, "a.png", { digest: long }));
  expect(await answer.text()).toStartWith("digest must be sha-256: or sha-512:");
  // It took half a minute, in which no other request was answered.
  expect(processorTime() - begun).toBeLessThan(2000);
});
