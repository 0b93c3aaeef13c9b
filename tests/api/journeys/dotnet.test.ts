import { beforeAll, expect, test } from "bun:test";
import { siteForAll } from "../../support/lifetime.ts";
import { png } from "../../support/media.ts";
import { oauthHeader, oauthParameters, signingKey, type Signing } from "../../support/oauth.ts";
import { formOf, originalOf, redeemPath, type Part } from "../../support/redeem.ts";
import { ORIGIN } from "../../support/site.ts";

/** A .NET client (v1, XML, OAuth) from its first request to its last (protocol 7). */

const site = siteForAll();
let signing: Signing;
beforeAll(async () => {
  signing = await signingKey(site);
});

type Fields = Record<string, string>;
const partsOf = (fields: Fields): Part[] => Object.entries(fields);
const OLD = png(10_500, 1);
const NEW = png(7_300, 2);

/** What stands between the ends of an element, or in an attribute of the first of its name. */
const elementOf = (xml: string, name: string) =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
const itemsOf = (xml: string, name: string): Fields[] =>
  [...xml.matchAll(new RegExp(`<${name} ([^>]*)>`, "g"))].map(([, attributes = ""]) =>
    Object.fromEntries(
      [...attributes.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
    ),
  );

/** Its GETs have the signature in the query, behind parameters as .NET's UrlEncode writes them. */
async function get(path: string, fields: Fields = {}): Promise<string> {
  const query = new URLSearchParams(fields);
  const url = `${ORIGIN}${path}${query.size > 0 ? `?${query}` : ""}`;
  for (const [name, value] of Object.entries(oauthParameters({ method: "GET", url }, signing))) {
    query.append(name, value);
  }
  return accepted(await site.call(`${path}?${query}`));
}

/** Its POSTs are multipart, signed in the header: the parts are not (RFC 5849, 3.4.1.3.1). */
async function post(path: string, parts: Part[]): Promise<string> {
  const authorization = oauthHeader({ method: "POST", url: ORIGIN + path }, signing);
  return accepted(
    await site.call(path, { method: "POST", body: formOf(parts), headers: { authorization } }),
  );
}

async function accepted(response: Response): Promise<string> {
  expect(response.status).toBe(200);
  const xml = await response.text();
  expect(xml).toContain('<response status="ok" ');
  return xml;
}

test("makes an album, uploads by a token, lists, updates, replaces and deletes", async () => {
  const made = await post(
    "/api/album/create",
    partsOf({ title: "Grüße", description: "Von <b>uns</b>" }),
  );
  const album = elementOf(made, "album_id") ?? "";
  await post(
    "/api/album/update",
    partsOf({ album_id: album, title: "Grüße & Küsse", hide_p: "0" }),
  );
  const albums = await get("/api/album/list", { include_hidden_p: "1", search: "Küsse" });
  expect(itemsOf(albums, "album")).toMatchObject([{ album_id: album, title: "Grüße &amp; Küsse" }]);

  const asked = {
    return_url: " ",
    album_id: album,
    title: "A cat & a dog",
    tags: 'cat "big dog"',
    max_uploads: "1",
  };
  const granted = await post("/api/photo/get-upload-token", partsOf(asked));
  expect(elementOf(granted, "return_url")).toBeUndefined();
  const redeemed = await post(redeemPath(1), [
    ["file", OLD, "cat.png"],
    ["upload_token", elementOf(granted, "upload_token") ?? ""],
  ]);
  const id = elementOf(redeemed, "photo_id") ?? "";

  // It always says whether promoted photos come first: there are none.
  const always = { prioritize_promoted_p: "1", include_unpublished_p: "1" };
  const listed = await get("/api/photo/list", { album_id: album, ...always });
  const [photo, ...others] = itemsOf(listed, "photo");
  expect(others).toEqual([]);
  expect(photo).toMatchObject({
    photo_id: id,
    title: "A cat &amp; a dog",
    published_p: "1",
    video_p: "0",
    number_of_albums: "1",
    number_of_tags: "2",
  });
  const { photo_id, tree_id, token = "" } = photo ?? {};
  const ids = { photo_id: Number(photo_id), tree_id: Number(tree_id), token };
  expect(await originalOf(site, ids)).toEqual(OLD);
  const found = {
    ...always,
    tags: '"big dog" cat',
    tag_mode: "any",
    search: "a dog",
    video_p: "0",
    orderby: "uploaded",
    order: "asc",
    p: "1",
    size: "10",
  };
  expect(itemsOf(await get("/api/photo/list", found), "photo")).toMatchObject([{ photo_id: id }]);

  await post(
    "/api/photo/update",
    partsOf({ photo_id: id, description: "On <b>the</b> roof", publish: "0" }),
  );
  const changed = await get("/api/photo/list", { photo_id: id, ...always });
  expect(itemsOf(changed, "photo")).toMatchObject([{ published_p: "0" }]);
  expect(elementOf(changed, "content_text")).toBe("On the roof");

  await post("/api/photo/replace", [
    ["photo_id", id],
    ["file", NEW, "new.png"],
  ]);
  expect(await originalOf(site, ids)).toEqual(NEW);
  // It deletes by GET, with the id in the address.
  await get("/api/photo/delete", { photo_id: id });
  expect(itemsOf(await get("/api/photo/list", { photo_id: id, ...always }), "photo")).toEqual([]);
  await get("/api/album/delete", { album_id: album });
});

test("uploads without a token: file first, what is said of it behind, a variable of its own too", async () => {
  const uploaded = await post("/api/photo/upload", [
    ["file", OLD, "my+cat.png"],
    ["title", "Mine"],
    ["tags", "one two"],
    ["publish", "0"],
    ["our_number", "7"],
  ]);
  const id = elementOf(uploaded, "photo_id") ?? "";
  const listed = await get("/api/photo/list", { photo_id: id, include_unpublished_p: "1" });
  expect(itemsOf(listed, "photo")).toMatchObject([
    { title: "Mine", published_p: "0", original_filename: "my+cat.png" },
  ]);
  expect(elementOf(listed, "tags")).toBe("one two");
});

test.each(["upload", "replace"])(
  "%s is refused before its file is read where the signature is wrong",
  async (method) => {
    const path = `/api/photo/${method}`;
    const wrong = { ...signing, consumerSecret: "another" };
    const authorization = oauthHeader({ method: "POST", url: ORIGIN + path }, wrong);
    const body = formOf([
      ["file", OLD, "cat.png"],
      ["photo_id", "1"],
    ]);
    const answer = await site.call(path, { method: "POST", body, headers: { authorization } });
    expect(await answer.text()).toContain('code="invalid_signature"');
  },
);
