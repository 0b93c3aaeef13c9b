import { expect, test } from "bun:test";
import { addKey } from "../../src/api-keys.ts";
import { siteForAll } from "../support/lifetime.ts";
import { oldPhoto, takeAway } from "../support/replacing.ts";

const site = siteForAll();

const get = async (query: string, prefix = "/api/2/photo", init: RequestInit = {}) =>
  site.callWithKey(`${prefix}/get-replace-token?${query}`, init);

test("version 2 answers what is granted", async () => {
  const { photo_id: id } = await oldPhoto(site);
  const back = encodeURIComponent("https://www.example.com/back?a=1");
  const answer = await get(`photo_id=${id}&return_url=${back}&background_return_p=1&max_uploads=3`);
  expect(answer.status).toBe(200);
  const body = (await answer.json()) as { data: Record<string, unknown> };
  expect(body).toMatchObject({
    status: "ok",
    permission_level: "super",
    message: "The replace token is ready to use",
  });
  const { valid_until: until, replace_token: token, ...rest } = body.data;
  expect(token).toMatch(/^[0-9A-Za-z]{64}$/);
  expect(Math.abs(Number(until) - (site.site.now() / 1000 + 180 * 60))).toBeLessThan(10);
  expect(rest).toEqual({
    photo_id: id,
    max_uploads: 3,
    valid_minutes: 180,
    return_url: "https://www.example.com/back?a=1",
    background_return_p: true,
  });
});

test("version 1 answers XML, and JSON under the key replacetoken", async () => {
  const { photo_id: id } = await oldPhoto(site);
  const xml = await (await get(`photo_id=${id}`, "/api/photo")).text();
  expect(xml).toContain('message="The replace token is ready to use"');
  expect(xml).toMatch(/<replace_token>[0-9A-Za-z]{64}<\/replace_token>/);
  expect(xml).toContain("<valid_minutes>180</valid_minutes>");
  const raw = await get(`photo_id=${id}&format=json&raw=1`, "/api/photo", { method: "POST" });
  expect(await raw.json()).toMatchObject({
    status: "ok",
    replacetoken: { photo_id: String(id), max_uploads: "1", valid_minutes: "180" },
    endpoint: "/api/photo/get-replace-token",
  });
});

test("what is asked for beyond the vendor's: size, types and origin", async () => {
  const { photo_id: id } = await oldPhoto(site);
  const asked = `max_size=1000&types=image/*&origin=https://www.example.com&valid_minutes=525600`;
  expect(await (await get(`photo_id=${id}&${asked}`)).json()).toMatchObject({
    data: { max_size: 1000, types: "image/*", origin: "https://www.example.com" },
  });
});

test.each([
  ["", "photo_id is missing"],
  ["photo_id=one", "photo_id must be a whole number"],
  ["photo_id=1&max_uploads=1001", "max_uploads must be a whole number from 1 to 1000"],
  ["photo_id=1&valid_minutes=14", "valid_minutes must be a whole number from 15"],
  ["photo_id=1&return_url=ftp://a", "return_url must be an http or https address"],
])("%s is refused: %s", async (query, why) => {
  await oldPhoto(site);
  const answer = await get(query);
  expect(answer.status).toBe(400);
  const body = (await answer.json()) as { message: string };
  expect(body).toMatchObject({ code: "invalid_input" });
  expect(body.message).toContain(why);
});

test("a photo that is not there, or in the trash, has none", async () => {
  const { photo_id: id } = await oldPhoto(site);
  await takeAway(site, id, "trash");
  for (const gone of [id, 999_999]) {
    const answer = await get(`photo_id=${gone}`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      code: "no_such_photo",
      message: "There is no such photo.",
    });
    const old = await get(`photo_id=${gone}`, "/api/photo");
    expect([old.status, await old.text()]).toEqual([
      200,
      expect.stringContaining('code="no_such_photo"'),
    ]);
  }
});

test("level write is needed", async () => {
  const { photo_id: id } = await oldPhoto(site);
  const path = `/api/2/photo/get-replace-token?photo_id=${id}`;
  expect((await site.call(path)).status).toBe(401);
  const { secret } = await addKey(site.site.records, "read", "reader");
  const read = await site.call(path, { headers: { authorization: `Bearer ${secret}` } });
  expect(read.status).toBe(403);
});
