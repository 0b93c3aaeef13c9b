import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeAlbum } from "../support/albums.ts";
import { siteForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { photoIn, redeem } from "../support/redeem.ts";
import { callSignedIn, makeKey, signInWith } from "../support/sign-in.ts";
import { contentsOf, faultsOf, ZIP_TOOLS } from "../support/zip-tools.ts";

type Ready = {
  download_url: string;
  files: number;
  size: number;
  expires_at: number;
  missing: number[];
};
type Answer = { status: number; body: { code: string; message: string; data: Ready } };

const site = siteForAll();
let folder = "";
let album = 0;
const ids: number[] = [];
const MINUTE = 60_000;

/** Names that owners gave their files, some of them on purpose. */
const NAMES = [
  "cat.png",
  "CAT.PNG",
  "../../etc/passwd",
  "con.png",
  "größe 東京.png",
  "a\u202egnp.exe\u0007.png",
  " .hidden. ",
];

async function upload(name: string, parameters: Record<string, string | number> = {}) {
  const query = new URLSearchParams({
    upload_token: await site.token(parameters),
    resumableFilename: name,
  });
  const body = png(300 + ids.length);
  return (await photoIn(await redeem(site, body, { method: "PUT", query: `${query}` }))).photo_id;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-download-"));
  album = (await makeAlbum(site)).album_id;
  for (const name of NAMES) ids.push(await upload(name, { album_id: album }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function ask(fields: Record<string, string | number>, key?: string): Promise<Answer> {
  const body = new URLSearchParams(Object.entries(fields).map(([name, of]) => [name, `${of}`]));
  const init = { method: "POST", body };
  const path = "/api/2/photo/download";
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  const answer = await (key === undefined
    ? site.callWithKey(path, init)
    : site.call(path, { ...init, headers }));
  return { status: answer.status, body: (await answer.json()) as Answer["body"] };
}

async function ready(fields: Record<string, string | number>, key?: string): Promise<Ready> {
  const { status, body } = await ask(fields, key);
  expect([status, body.message]).toEqual([200, "The download is ready"]);
  return body.data;
}

const get = (url: string, method = "GET") => site.call(new URL(url).pathname, { method });

/** Fetches an archive into a file. @returns its path */
async function fetched({ download_url: url, size }: Ready): Promise<string> {
  const answer = await get(url);
  expect(answer.status).toBe(200);
  const path = join(folder, `${crypto.randomUUID()}.zip`);
  expect(await Bun.write(path, await answer.bytes())).toBe(size);
  return path;
}

async function namesIn(of: Ready): Promise<string[]> {
  return (await contentsOf(await fetched(of))).map(({ name }) => name);
}

describe("download", () => {
  test("makes a link to an archive of the photos that are named", async () => {
    const data = await ready({ photo_id: ids.slice(0, 2).join(",") });
    expect(data).toEqual({
      download_url: expect.stringMatching(/^http:\/\/redeem\.test\/download\/[0-9A-Za-z]{40}$/),
      files: 2,
      size: expect.any(Number),
      expires_at: expect.any(Number),
      missing: [],
    });
    expect(data.expires_at - site.site.now() / 1000).toBeWithin(590, 601);
    const answer = await get(data.download_url);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "application/zip",
      "content-disposition": expect.stringMatching(
        /^attachment; filename="photos-[\d-]{10}\.zip"$/,
      ),
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    });
    await answer.bytes();
    const head = await get(data.download_url, "HEAD");
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test.if(ZIP_TOOLS.includes("python3"))(
    "gives each file a name that any system takes, and that no other has",
    async () => {
      const path = await fetched(await ready({ photo_id: ids.join(",") }));
      expect(await faultsOf(path)).toEqual({});
      const found = await contentsOf(path);
      const [, second = 0] = ids;
      expect(found.map(({ name }) => name)).toEqual([
        "cat.png",
        `CAT (${second}).PNG`,
        "passwd.png",
        "_con.png",
        "größe 東京.png",
        expect.stringMatching(/^a_?gnp\.exe_?\.png$/),
        expect.stringMatching(/^_?hidden.*png$/),
      ]);
      expect(found.map(({ size }) => size)).toEqual(NAMES.map((_, index) => 300 + index));
      expect(new Set(found.map(({ name }) => name.toLowerCase())).size).toBe(NAMES.length);
    },
  );

  test.if(ZIP_TOOLS.includes("python3"))(
    "takes what the list finds, by its own filters",
    async () => {
      const other = await upload("other.png", { tags: "other", publish: 0 });
      expect((await ready({ album_id: album })).files).toBe(NAMES.length);
      expect((await ask({ tags: "other" })).body.code).toBe("no_such_photo");
      const named = await namesIn(await ready({ tags: "other", include_unpublished_p: 1 }));
      expect(named).toEqual(["other.png"]);
      // One that is named needs not be published.
      expect((await ready({ photo_id: other })).files).toBe(1);
    },
  );

  test("says which photos are not there, and refuses where none is", async () => {
    const [first = 0] = ids;
    const gone = await upload("gone.png");
    await site.callWithKey(`/api/2/photo/delete?photo_id=${gone}`);
    const data = await ready({ photo_id: `${gone},${first},99999999,${first}` });
    expect([data.files, data.missing]).toEqual([1, [gone, 99_999_999]]);
    const none = await ask({ photo_id: gone });
    expect([none.status, none.body.code]).toEqual([404, "no_such_photo"]);
    // From the trash, for who may see it.
    expect((await ready({ photo_id: `${gone},${first}`, deleted_p: 1 })).missing).toEqual([first]);
    expect((await ready({ deleted_p: 1 })).files).toBe(1);
    const { secret } = await makeKey(site, "read");
    for (const fields of [{ deleted_p: 1 }, { photo_id: gone, deleted_p: 1 }] as const) {
      expect((await ask(fields, secret)).body.code).toBe("permission_denied");
    }
  });

  test.each<[Record<string, string | number>, string]>([
    [{ photo_id: 1, tags: "cat" }, "photo_id and tags cannot be used together"],
    [{ photo_id: "1,x" }, "photo_id must be one id or several, comma separated, at most 10000"],
    [{ day: 3 }, "day needs month"],
  ])("%j is refused in words", async (fields, words) => {
    const { status, body } = await ask(fields);
    expect([status, body.code]).toEqual([400, "invalid_input"]);
    expect(body.message).toContain(words);
  });

  test("is for level read, in version 2", async () => {
    expect((await ask({}, "")).status).toBe(401);
    expect((await site.callWithKey("/api/photo/download?photo_id=1")).status).toBe(404);
    const { secret } = await makeKey(site, "read");
    expect((await ready({ album_id: album }, secret)).files).toBe(NAMES.length);
  });
});

const status = async (url: string, method = "HEAD") => (await get(url, method)).status;

describe("the link", () => {
  test("works for ten minutes, as often as it is used", async () => {
    const { download_url: url } = await ready({ album_id: album });
    site.advance(9 * MINUTE);
    expect([await status(url), await status(url, "GET"), await status(url)]).toEqual([
      200, 200, 200,
    ]);
    site.advance(MINUTE + 1);
    expect(await status(url)).toBe(404);
    expect(await (await get(url)).text()).toContain("its time is over");
  });

  test("ends with the key, and with the session, that made it", async () => {
    const { id, secret } = await makeKey(site, "read");
    const { download_url: byKey } = await ready({ album_id: album }, secret);
    expect(await status(byKey)).toBe(200);
    await site.site.records.keys.revoke(id, site.site.now());
    expect(await status(byKey)).toBe(404);

    const who = await signInWith(site);
    const answer = await callSignedIn(site, `/api/2/photo/download?album_id=${album}`, who);
    const { download_url: bySession } = ((await answer.json()) as { data: Ready }).data;
    expect(await status(bySession)).toBe(200);
    await site.call("/archive/sign-out", {
      method: "POST",
      headers: { cookie: who.cookie, origin: "http://redeem.test" },
      body: new URLSearchParams({ csrf: who.csrf }),
    });
    expect(await status(bySession)).toBe(404);
  });

  test("is nobody else's to guess, and is read alone", async () => {
    expect(await status(`http://redeem.test/download/${"x".repeat(40)}`)).toBe(404);
    expect(await status("http://redeem.test/download/x")).toBe(404);
    const { download_url: url } = await ready({ album_id: album });
    const posted = await get(url, "POST");
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });
});
