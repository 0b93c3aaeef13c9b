import { beforeAll, describe, expect, test } from "bun:test";
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
