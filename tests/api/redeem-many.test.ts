import { describe, expect, test } from "bun:test";
import { rowsOf } from "../support/database.ts";
import { siteForEach } from "../support/lifetime.ts";
import { manyForm, MANY_PATH, outcomesIn, partsOf, planOf, type Small } from "../support/many.ts";
import { png, textFile } from "../support/media.ts";
import { askChunk, formOf, originalOf, photoCount, sendChunk } from "../support/redeem.ts";
import { API_KEY, ORIGIN } from "../support/site.ts";

/** Protocol 4.9: several files in one request. */

const site = siteForEach();

const small = (index: number, size = 500 + index): Small => ({
  name: `${index}.png`,
  bytes: png(size, index + 1),
});
const some = (count: number) => Array.from({ length: count }, (_, index) => small(index));

const post = (body: BodyInit, headers: Record<string, string> = {}, query = "") =>
  site.call(MANY_PATH + query, { method: "POST", body, headers });

async function send(token: string, files: readonly Small[], shared: Record<string, string> = {}) {
  return outcomesIn(await post(manyForm({ upload_token: token, ...shared }, files)));
}

async function refusal(answer: Response) {
  const { code, message } = (await answer.json()) as { code: string; message: string };
  return { status: answer.status, code, message };
}

const codes = (outcomes: { status: number; code?: string }[]) =>
  outcomes.map(({ status, code }) => code ?? status);

async function usesOf(token: string): Promise<unknown> {
  const answer = await site.call(`/api/2/photo/upload-token-status?upload_token=${token}`);
  const { data } = (await answer.json()) as { data: Record<string, unknown> };
  return [data["consumed"], data["reserved"], data["free"]];
}

describe("files in one request", () => {
  test("are photos, said in their order, each a use", async () => {
    const token = await site.token({ max_uploads: 20 });
    const files = some(12);
    const outcomes = await send(token, files);
    expect(outcomes.map(({ identifier }) => identifier)).toEqual(
      files.map(({ name }) => `id-${name}`),
    );
    for (const [index, outcome] of outcomes.entries()) {
      expect(outcome).toMatchObject({ status: 200, return: null });
      const stored = await originalOf(site, outcome as never);
      expect(Buffer.from(stored).equals(files[index]?.bytes ?? Buffer.of())).toBe(true);
    }
    expect(await usesOf(token)).toEqual([12, 0, 8]);
  });

  test("sent again, together or alone, stay the photos that they are", async () => {
    const token = await site.token({ max_uploads: 3 });
    const files = some(3);
    const [first, second, third] = files as [Small, Small, Small];
    const once = await send(token, [first, second]);
    const again = await send(token, [third, second, first]);
    expect([again[2], again[1]]).toEqual([once[0], once[1]]);
    const plan = planOf(first);
    const piece = { number: 1, start: 0, end: first.bytes.length };
    const alone = await sendChunk(site, token, plan, piece, first.bytes);
    expect(await alone.json()).toMatchObject({ data: { photo_id: once[0]?.photo_id } });
    const asked = await askChunk(site, token, plan, 1);
    expect(await asked.json()).toMatchObject({ data: { photo_id: once[0]?.photo_id } });
    expect([await photoCount(site, token), await usesOf(token)]).toEqual([3, [3, 0, 0]]);
  });

  test("the same file twice is one photo", async () => {
    const token = await site.token({ max_uploads: 5 });
    const file = small(1);
    const outcomes = await send(token, [file, file, small(2)]);
    expect(codes(outcomes)).toEqual([200, 200, 200]);
    expect(outcomes[1]).toEqual(outcomes[0] as never);
    expect(await usesOf(token)).toEqual([2, 0, 3]);
  });

  test("a chunk of a larger file is stored, and is no photo yet", async () => {
    const token = await site.token({ max_uploads: 2 });
    const bytes = png(3000);
    const fields = { resumableChunkSize: "2000", resumableTotalSize: "3000" };
    const half = { name: "a.png", bytes: bytes.slice(0, 2000), fields };
    const outcomes = await send(token, [half, small(1)]);
    expect(outcomes[0]).toEqual({ identifier: "id-a.png", status: 200, message: "ok" });
    expect([codes(outcomes), await usesOf(token)]).toEqual([
      [200, 200],
      [1, 1, 0],
    ]);
  });

  test("what stands before the first counts for all, what stands before another one for that", async () => {
    const token = await site.token({
      max_uploads: 3,
      return_url: "https://backend.test/done",
      background_return_p: 1,
    });
    const second = { ...small(2), fields: { guest_note: "the second" } };
    await send(token, [small(1), second, small(3)], { guest_name: "Ann" });
    const told = rowsOf<{ url: string }>(site, "select url from deliveries order by rowid").map(
      ({ url }) => {
        const { searchParams } = new URL(url);
        return [searchParams.get("guest_name"), searchParams.get("guest_note")];
      },
    );
    expect(told).toEqual([
      ["Ann", null],
      ["Ann", "the second"],
      ["Ann", null],
    ]);
  });

  test("the browser is told where to carry the outcome of each", async () => {
    const token = await site.token({ max_uploads: 2, return_url: "https://backend.test/done" });
    const outcomes = await send(token, some(2));
    for (const outcome of outcomes) {
      expect(outcome.return).toMatchObject({ method: "GET" });
      expect(outcome.return?.url).toContain(`photo_id=${outcome.photo_id}`);
    }
  });

  test("a token with a passphrase needs its grant, once for all", async () => {
    const token = await site.token({ max_uploads: 2, passphrase: "midsummer" });
    const shut = await post(manyForm({ upload_token: token }, some(2)));
    expect(await refusal(shut)).toMatchObject({ status: 403, code: "passphrase_required" });
    const wrong = await post(manyForm({ upload_token: token, passphrase: "winter" }, some(2)));
    expect(await refusal(wrong)).toMatchObject({ status: 403, code: "wrong_passphrase" });
    expect(codes(await send(token, some(2), { passphrase: "midsummer" }))).toEqual([200, 200]);
  });
});

describe("what is wrong with one file is its own", () => {
  test("and those behind it are received", async () => {
    const token = await site.token({ max_uploads: 20, max_size: 5000 });
    const outcomes = await send(token, [
      small(0),
      { name: "text.txt", bytes: textFile(300) },
      { name: "empty.png", bytes: new Uint8Array(0) },
      small(3, 5001),
      { ...small(4), fields: { resumableTotalSize: "499" } },
      { ...small(5), fields: { resumableChunkNumber: "x" } },
      { ...small(6), fields: { resumableIdentifier: "" } },
      { ...small(7), fields: { digest: `sha-256:${"0".repeat(64)}` } },
      { ...small(8), fields: { upload_token: token } },
      { ...small(9), fields: { guest_name: "n".repeat(201) } },
      small(10),
    ]);
    expect(codes(outcomes)).toEqual([
      200,
      "file_not_supported",
      "invalid_input",
      "file_too_large",
      "error_processing_upload",
      "invalid_input",
      "invalid_input",
      "invalid_input",
      "invalid_input",
      "invalid_input",
      200,
    ]);
    // As the redeem method answers each of them alone.
    expect(outcomes.map(({ status }) => status)).toEqual([
      200, 500, 400, 500, 500, 400, 400, 400, 400, 400, 200,
    ]);
    expect(outcomes[8]?.message).toBe(
      "upload_token stands before the first file, and counts for all: it may not come again.",
    );
    expect([await photoCount(site, token), await usesOf(token)]).toEqual([2, [2, 0, 18]]);
  });

  test("and what is said of the first file is not said of the next one", async () => {
    const token = await site.token({ max_uploads: 2 });
    const bytes = png(700, 3);
    const bare = formOf([
      ["upload_token", token],
      ...partsOf(small(1)),
      ["file", bytes, "bare.png"],
    ]);
    expect(codes(await outcomesIn(await post(bare)))).toEqual([200, "invalid_input"]);
  });

  test("a token whose uses are up takes those that have one, and knows those that were there", async () => {
    const token = await site.token({ max_uploads: 2 });
    await send(token, [small(9)]);
    const outcomes = await send(token, [small(0), small(1), small(9)]);
    expect(codes(outcomes)).toEqual([200, "invalid_upload_token", 200]);
    expect(outcomes[1]?.status).toBe(404);
  });
});

describe("a request is refused whole", () => {
  const file = small(1);

  test("where nobody knows for what token it is", async () => {
    const token = await site.token();
    const none = await post(formOf([...partsOf(file), ["upload_token", token]]));
    expect(await refusal(none)).toEqual({
      status: 400,
      code: "invalid_input",
      message: "upload_token is missing: it stands before the first file.",
    });
    const unknown = await post(manyForm({ upload_token: "x".repeat(64) }, [file]));
    expect(await refusal(unknown)).toMatchObject({ status: 404, code: "invalid_upload_token" });
    expect(await photoCount(site, token)).toBe(0);
  });

  test("where the token was revoked, or is another origin's", async () => {
    const token = await site.token({ origin: "https://shop.test" });
    const own = await post(manyForm({ upload_token: token }, [file]), { origin: ORIGIN });
    expect(own.status).toBe(200);
    const headers = { origin: "https://other.test" };
    const foreign = await post(manyForm({ upload_token: token }, [file]), headers);
    expect(foreign.headers.get("access-control-allow-origin")).toBeNull();
    expect(await refusal(foreign)).toMatchObject({ status: 403, code: "origin_refused" });
    const [row] = rowsOf<{ id: number }>(site, "select id from upload_tokens");
    await site.call("/api/2/upload-token/revoke", {
      method: "POST",
      body: new URLSearchParams({ token_id: String(row?.id) }),
      headers: { authorization: `Bearer ${API_KEY}` },
    });
    const revoked = await post(manyForm({ upload_token: token }, [file]));
    expect(revoked.status).toBe(404);
  });

  test("where fields stand behind their files: they would be taken for the next one's", async () => {
    const token = await site.token();
    const parts = partsOf(file);
    const behind = [...parts.slice(-1), ...parts.slice(0, -1)];
    const answer = await post(formOf([["upload_token", token], ...behind]));
    expect(await refusal(answer)).toMatchObject({ status: 400, code: "invalid_input" });
    expect((await refusal(await post(formOf([["upload_token", token]])))).code).toBe("no_file");
  });

  test("where it is no such form, or says something of one file alone", async () => {
    const token = await site.token();
    const octets = await post(file.bytes, { "content-type": "image/png" });
    expect((await refusal(octets)).message).toContain("multipart/form-data");
    for (const name of ["content-range", "content-digest", "repr-digest"]) {
      const answer = await post(manyForm({ upload_token: token }, [file]), { [name]: "x" });
      expect((await refusal(answer)).message).toContain(name);
    }
    for (const name of ["digest", "file_digest", "resumableChunkNumber"]) {
      const answer = await post(manyForm({ upload_token: token }, [file]), {}, `?${name}=1`);
      expect(await refusal(answer)).toMatchObject({
        status: 400,
        message: `${name} is of one file: it stands before that file in the form, not in the address.`,
      });
    }
    expect((await site.call(MANY_PATH)).status).toBe(404);
  });

  test("where it has more files than are taken: those before are there", async () => {
    const token = await site.token({ max_uploads: 1000 });
    const answer = await post(manyForm({ upload_token: token }, some(101)));
    expect(await refusal(answer)).toEqual({
      status: 400,
      code: "invalid_input",
      message:
        "A request may have 100 files. The first 100 were received, those behind them were not.",
    });
    expect(await usesOf(token)).toEqual([100, 0, 900]);
  });
});

test("a note of many lines is as long as the guest sees it", async () => {
  const token = await site.token({ max_uploads: 2, ask: "note" });
  // Forms send a line's end as two characters.
  const note = `${"n".repeat(1989)}${"\r\n".repeat(10)}n`;
  const outcomes = await send(token, [small(1)], { guest_note: note });
  expect(codes(outcomes)).toEqual([200]);
});
