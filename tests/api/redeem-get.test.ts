import { describe, expect, test } from "bun:test";
import { chunkFields, pieces, type Plan } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import { askChunk, photoIn, redeemPath, sendChunk, type PhotoIds } from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";

const site = siteForAll();

const file = png(250);
const plan: Plan = { identifier: "250-cat", filename: "cat.png", chunkSize: 100, totalSize: 250 };
const [first, second] = pieces(plan) as [
  { number: number; start: number; end: number },
  { number: number; start: number; end: number },
];

async function finish(token: string, version: 1 | 2 = 2): Promise<Response> {
  await sendChunk(site, token, plan, first, file, { version });
  return sendChunk(site, token, plan, second, file, { version });
}

describe("GET asks for one chunk", () => {
  test.each([1, 2] as const)("v%d: 204 where it is not there, 200 where it is", async (version) => {
    const token = await site.token();
    const missing = await askChunk(site, token, plan, 1, { version });
    expect(missing.status).toBe(204);
    expect(await missing.text()).toBe("");
    await sendChunk(site, token, plan, first, file);
    const there = await askChunk(site, token, plan, 1, { version });
    expect(there.status).toBe(200);
    expect(await there.text()).toBe("ok");
    expect((await askChunk(site, token, plan, 2, { version })).status).toBe(204);
  });

  test("of a longer last chunk as of a remainder", async () => {
    const token = await site.token();
    await sendChunk(site, token, plan, second, file);
    expect((await askChunk(site, token, plan, 2)).status).toBe(200);
    const other = await site.token();
    await sendChunk(site, other, plan, { number: 3, start: 200, end: 250 }, file);
    expect((await askChunk(site, other, plan, 3)).status).toBe(200);
    expect((await askChunk(site, other, plan, 2)).status).toBe(204);
  });

  test("without its parameters, or with a number that is none, is 400", async () => {
    const token = await site.token();
    for (const query of [
      `upload_token=${token}`,
      `upload_token=${token}&${new URLSearchParams(chunkFields(plan, 1)).toString().replace("Number=1", "Number=x")}`,
    ]) {
      const response = await site.call(`${redeemPath()}?${query}`);
      expect(response.status).toBe(400);
      expect(response.headers.get("content-type")).toStartWith("text/plain");
    }
  });

  test("a beginning of a file that another file's chunks hold is not its own", async () => {
    const token = await site.token({ max_uploads: 2 });
    await sendChunk(site, token, plan, first, file);
    expect((await askChunk(site, token, { ...plan, identifier: "x" }, 1)).status).toBe(204);
  });
});

describe("GET of a finished file is 200 and the outcome", () => {
  test("v2 without return_url: the envelope", async () => {
    const token = await site.token();
    const photo = await photoIn(await finish(token));
    for (const number of [1, 2, 3]) {
      const response = await askChunk(site, token, plan, number);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ status: "ok", data: photo, ...photo });
    }
  });

  test("v1 without return_url: XML", async () => {
    const token = await site.token();
    const done = await (await finish(token, 1)).text();
    const again = await askChunk(site, token, plan, 1, { version: 1 });
    expect(again.status).toBe(200);
    expect(await again.text()).toBe(done);
  });

  test.each([0, 1])("with a return_url, background %d: the ok line", async (background) => {
    const url = "http://127.0.0.1:9/done";
    const token = await site.token({ return_url: url, background_return_p: background });
    await finish(token);
    const response = await askChunk(site, token, plan, 1);
    expect(response.status).toBe(200);
    expect(response.headers.get("location")).toBeNull();
    const [ok, domain, tree, id, secret, address = ""] = (await response.text()).split(" ");
    expect([ok, domain, tree]).toEqual(["ok", "redeem.test", "1"]);
    expect(Number(id)).toBeGreaterThan(0);
    expect(secret).toMatch(/^[0-9A-Za-z]{32}$/);
    expect(address).toStartWith(`${url}?domain=redeem.test&upload_token=${token}&photo_id=${id}`);
  });

  test("format=json has it in that form", async () => {
    const token = await site.token();
    const photo = (await photoIn(await finish(token))) as PhotoIds;
    const query = new URLSearchParams([...chunkFields(plan, 1), ["upload_token", token]]);
    const response = await site.call(`${redeemPath(1)}?${query}&format=json&raw=1`);
    expect(await response.json()).toMatchObject({
      status: "ok",
      upload: { photo_id: String(photo.photo_id), token: photo.token },
    });
  });
});

test("GET completes a file whose bytes are all recorded", async () => {
  const token = await site.token();
  await sendChunk(site, token, plan, first, file);
  // As if the server had stopped between the last chunk and the photo.
  const other = await sendChunk(site, token, plan, { number: 2, start: 100, end: 200 }, file);
  expect(other.status).toBe(200);
  const { records, files } = site.site;
  const [{ id, file: name } = { id: 0, file: "" }] = rowsOf<{ id: number; file: string }>(
    site,
    "select id, file from uploads order by id desc limit 1",
  );
  const sink = await files.staging.write(name, 200, { create: false });
  await sink.write(file.slice(200));
  await sink.flush();
  await sink.close();
  await records.chunks.record({
    uploadId: id,
    range: { start: 200, length: 50 },
    extra: {},
    now: site.site.now(),
  });
  const photo = await photoIn(await askChunk(site, token, plan, 1));
  expect((await records.photos.byUpload(id))?.id).toBe(photo.photo_id);
  expect(await photoIn(await askChunk(site, token, plan, 3))).toEqual(photo);
});
