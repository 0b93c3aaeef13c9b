import { beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { join } from "node:path";
import Database from "better-sqlite3";
import { png } from "../support/media.ts";
import { fileForm, photoIn, redeem, type PhotoIds } from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";

const site = siteForAll();
let photo: PhotoIds;
const file = png(5000);
const pathOf = ({ tree_id: tree, photo_id: id, token }: PhotoIds) =>
  `/${tree}/${id}/${token}/original`;

async function upload(filename: string): Promise<PhotoIds> {
  const fields = { resumableFilename: filename };
  return photoIn(await redeem(site, fileForm(await site.token(), file, "part", fields)));
}

beforeAll(async () => {
  photo = await upload("cat.png");
});

test("the exact bytes, as a download that no browser takes for a page", async () => {
  const response = await site.call(pathOf(photo));
  expect(response.status).toBe(200);
  expect(await response.bytes()).toEqual(file);
  const headers = Object.fromEntries(response.headers);
  expect(headers).toMatchObject({
    "content-type": "image/png",
    "content-disposition": "attachment; filename=\"cat.png\"; filename*=UTF-8''cat.png",
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
  });
});

test("under a name as well", async () => {
  const response = await site.call(`${pathOf(photo)}/any.png`);
  expect(response.status).toBe(200);
  expect(await response.bytes()).toEqual(file);
});

describe("the name of the download", () => {
  test.each([
    ["Grüße.png", 'filename="Gr__e.png"', "filename*=UTF-8''Gr%C3%BC%C3%9Fe.png"],
    ['a"b.png', 'filename="a_b.png"', "filename*=UTF-8''a%22b.png"],
    ["a'(b).png", 'filename="a\'(b).png"', "filename*=UTF-8''a%27%28b%29.png"],
    ["100%.png", 'filename="100_.png"', "filename*=UTF-8''100%25.png"],
    ["a\r\nX-Evil: 1", 'filename="aX-Evil: 1.png"', "filename*=UTF-8''aX-Evil%3A%201.png"],
    // Issue 7, 15: the bytes say what it is, not the name.
    ["x.html", 'filename="x.html.png"', "filename*=UTF-8''x.html.png"],
    ["x.png.", 'filename="x.png..png"', "filename*=UTF-8''x.png..png"],
  ])("%p", async (name, plain, whole) => {
    const response = await site.call(pathOf(await upload(name)));
    const disposition = response.headers.get("content-disposition") ?? "";
    expect(disposition).toBe(`attachment; ${plain}; ${whole}`);
    expect(response.headers.get("x-evil")).toBeNull();
  });

  test("is made where there is none", async () => {
    const nameless = await upload("/");
    const response = await site.call(pathOf(nameless));
    expect(response.headers.get("content-disposition")).toMatch(/filename="(part|photo-\d+)\.png"/);
  });
});

describe("shown in the browser's window", () => {
  test("a picture, when that is asked for", async () => {
    for (const query of ["inline=1", "inline=true", "inline=1&utm_source=x"]) {
      const { headers } = await site.call(`${pathOf(photo)}?${query}`);
      expect(headers.get("content-disposition")).toStartWith('inline; filename="cat.png"');
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toBe(
        "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'",
      );
    }
    for (const query of ["inline=0", "inline=false", "utm_source=inline=1"]) {
      const { headers } = await site.call(`${pathOf(photo)}?${query}`);
      expect(headers.get("content-disposition")).toStartWith("attachment");
    }
  });

  test("what it is asked with is 1 or 0", async () => {
    const response = await site.call(`${pathOf(photo)}?inline=yes`);
    expect(response.status).toBe(400);
    expect(await response.text()).toBe("The parameter 'inline' is 1 or 0.");
  });
});

const cacheOf = async (query: string) =>
  (await site.call(pathOf(photo) + query)).headers.get("cache-control");

describe("how long a browser may keep it", () => {
  test("it asks again each time: the address stays when the bytes are replaced", async () => {
    expect(await cacheOf("")).toBe("private, no-cache");
  });

  test("for a year, where the address says which bytes they are", async () => {
    const listed = await site.callWithKey(`/api/2/photo/list?photo_id=${photo.photo_id}`);
    const { data } = (await listed.json()) as { data: { original_version: number }[] };
    const version = data[0]?.original_version ?? Number.NaN;
    expect(await cacheOf(`?v=${version}`)).toBe("private, max-age=31536000, immutable");
    expect(await cacheOf(`?v=${version}&inline=1`)).toBe("private, max-age=31536000, immutable");
    // Of other bytes: these here are not what the address will always lead to.
    expect(await cacheOf(`?v=${version + 1}`)).toBe("private, no-cache");
    expect((await site.call(`${pathOf(photo)}?v=latest`)).status).toBe(400);
  });

  test("304 where it is the one that the browser has", async () => {
    const first = await site.call(pathOf(photo));
    const [etag, modified] = ["etag", "last-modified"].map((name) => first.headers.get(name) ?? "");
    expect(etag).toMatch(/^"\d+-5000"$/);
    for (const headers of [
      { "if-none-match": etag ?? "" },
      { "if-modified-since": modified ?? "" },
    ]) {
      for (const method of ["GET", "HEAD"]) {
        const again = await site.call(pathOf(photo), { method, headers });
        expect(again.status).toBe(304);
        expect(await again.text()).toBe("");
        expect(again.headers.get("etag")).toBe(etag ?? "");
        expect(again.headers.get("cache-control")).toBe("private, no-cache");
        expect(again.headers.get("content-type")).toBeNull();
      }
    }
  });

  test("412 where other bytes were meant", async () => {
    const response = await site.call(pathOf(photo), { headers: { "if-match": '"1-2"' } });
    expect(response.status).toBe(412);
    expect(await response.text()).toContain("replaced");
  });
});

test("other bytes: another tag, at the same address", async () => {
  const own = await upload("own.png");
  const before = await site.call(pathOf(own));
  const other = png(6000, 9);
  await replaceBytes(own, other);
  const after = await site.call(pathOf(own));
  expect(await after.bytes()).toEqual(other);
  expect(after.headers.get("etag")).not.toBe(before.headers.get("etag"));
  const conditional = { "if-none-match": before.headers.get("etag") ?? "" };
  expect((await site.call(pathOf(own), { headers: conditional })).status).toBe(200);
});

/** Gives a photo a new original, as the methods for replacing do. */
async function replaceBytes(
  { photo_id: id, tree_id: tree }: PhotoIds,
  bytes: Uint8Array,
): Promise<void> {
  const name = "r".repeat(24);
  const folder = join(site.folder, "photos", String(tree), String(id));
  await Bun.write(join(folder, name), bytes);
  const db = new Database(join(site.folder, "redeem.db"));
  // The upload that would have brought it is not there.
  db.pragma("foreign_keys = OFF");
  db.prepare(
    `insert into originals (photo_id, version, upload_id, file, filename, type, size, created_at)
      select photo_id, 2, upload_id + 1000, ?, filename, type, ?, created_at from originals where photo_id = ?`,
  ).run(name, bytes.length, id);
  db.prepare("update photos set original_id = (select max(id) from originals) where id = ?").run(
    id,
  );
  db.close();
}

test("SHA-256 of the whole file, where it is known, also with a part of it", async () => {
  const own = await upload("hashed.png");
  const digestOf = async (headers: Record<string, string> = {}) =>
    (await site.call(pathOf(own), { headers })).headers.get("repr-digest");
  expect(await digestOf()).toBeNull();
  const hash = createHash("sha256").update(file);
  const db = new Database(join(site.folder, "redeem.db"));
  db.prepare("update originals set sha256 = ? where photo_id = ?").run(
    hash.copy().digest("hex"),
    own.photo_id,
  );
  db.close();
  const wanted = `sha-256=:${hash.digest("base64")}:`;
  expect(await digestOf()).toBe(wanted);
  expect(await digestOf({ range: "bytes=0-9" })).toBe(wanted);
  expect(await digestOf({ "want-repr-digest": "sha-512=10, md5=5" })).toBe(wanted);
});

describe("a photo in the trash", () => {
  test("is there for nobody, at once, and again when it is taken out", async () => {
    const own = await upload("trashed.png");
    const { etag } = Object.fromEntries((await site.call(pathOf(own))).headers);
    const change = (kind: "trash" | "restore") =>
      site.site.records.photos.transact(own.photo_id, Date.now(), () => ({
        changes: [{ kind }],
        value: undefined,
      }));
    await change("trash");
    for (const headers of [{}, { "if-none-match": etag ?? "" }, { range: "bytes=0-1" }]) {
      const response = await site.call(pathOf(own), { headers });
      expect(response.status).toBe(404);
      expect(await response.text()).toBe("There is no such photo.");
      expect(response.headers.get("etag")).toBeNull();
      // It may be taken out.
      expect(response.headers.get("cache-control")).toBe("no-store");
    }
    await change("restore");
    expect((await site.call(pathOf(own))).status).toBe(200);
  });
});

test("a format that there is not", async () => {
  for (const format of ["huge", "quad_1", "originals"]) {
    const response = await site.call(pathOf(photo).replace("original", format));
    expect(response.status).toBe(404);
    expect(await response.text()).toBe(`The photo has no format "${format}".`);
    expect(response.headers.get("content-type")).toStartWith("text/plain");
  }
  for (const format of ["Original", "..%2foriginal", "a".repeat(65), "original."]) {
    expect((await site.call(pathOf(photo).replace("original", format))).status).toBe(404);
  }
});

describe("another site's page", () => {
  test("may read it, without credentials", async () => {
    const headers = { origin: "https://elsewhere.example" };
    for (const path of [pathOf(photo), `${pathOf(photo)}x`, `${pathOf(photo)}?inline=no`]) {
      const response = await site.call(path, { headers });
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(response.headers.get("access-control-allow-credentials")).toBeNull();
    }
    const { headers: sent } = await site.call(pathOf(photo), { headers });
    expect(sent.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(sent.get("access-control-expose-headers")).toContain("Content-Range");
  });

  test("may ask before it sends a range", async () => {
    const headers = {
      origin: "https://elsewhere.example",
      "access-control-request-method": "GET",
      "access-control-request-headers": "range, if-range",
    };
    for (const path of [pathOf(photo), `${pathOf(photo)}/cat.png`]) {
      const response = await site.call(path, { method: "OPTIONS", headers });
      expect(response.status).toBe(204);
      expect(response.headers.get("access-control-allow-headers")).toContain("Range, If-Range");
      expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
    }
  });
});

test("it is read, and nothing else", async () => {
  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
    for (const path of [pathOf(photo), `${pathOf(photo)}/cat.png`]) {
      const response = await site.call(path, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("GET, HEAD, OPTIONS");
    }
  }
  expect((await site.call("/nowhere", { method: "POST" })).status).toBe(404);
});

describe("whoever does not know the photo's token gets nothing", () => {
  test.each([
    ["another token", (of: PhotoIds) => ({ ...of, token: "x".repeat(32) })],
    ["another tree", (of: PhotoIds) => ({ ...of, tree_id: of.tree_id + 1 })],
    ["another photo", (of: PhotoIds) => ({ ...of, photo_id: of.photo_id + 1000 })],
    ["a short token", (of: PhotoIds) => ({ ...of, token: of.token.slice(1) })],
    ["a path", (of: PhotoIds) => ({ ...of, token: "..%2f..%2fsecret" })],
  ])("%s is 404", async (_what, change) => {
    const response = await site.call(pathOf(change(photo)));
    expect(response.status).toBe(404);
  });

  test("not even the secret or the database", async () => {
    for (const path of ["/secret", "/redeem.db", "/../secret", "/uploads/1", "/%2e%2e/secret"]) {
      expect((await site.call(path)).status).toBe(404);
    }
  });
});
