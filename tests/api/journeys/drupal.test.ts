import { beforeAll, expect, test } from "bun:test";
import { siteForAll } from "../../support/lifetime.ts";
import { png } from "../../support/media.ts";
import { signingKey, type Signing } from "../../support/oauth.ts";
import { formOf, redeemPath, type Part } from "../../support/redeem.ts";
import { signedByPhp } from "../../support/vendor-signing.ts";

/** A Drupal module (v1, signed GETs with format=json&raw=1) from its first request to its last (protocol 7). */

const site = siteForAll();
let signing: Signing;
beforeAll(async () => {
  signing = await signingKey(site);
});

type Fields = Record<string, string>;
const partsOf = (fields: Fields): Part[] => Object.entries(fields);
const OLD = png(10_500, 1);

const BACK = "https://drupal.example/media-23video/return?q=1";
const PAGE = "https://drupal.example";

async function get<T>(path: string, fields: Fields = {}): Promise<T> {
  // It signs by the PHP library.
  const all = { ...fields, format: "json", raw: "1" };
  const headers = { authorization: signedByPhp(signing, "GET", path, all) };
  const answer = await site.call(`${path}?${new URLSearchParams(all)}`, { headers });
  const body = (await answer.json()) as T;
  expect(body).toMatchObject({ status: "ok" });
  return body;
}

test("shows albums, sends a form from its page, reads where it lands, and lists the photo", async () => {
  await site.callWithKey("/api/2/album/create?title=Drupal");
  const { albums } = await get<{ albums: Fields[] }>("/api/album/list");
  const album = albums.find(({ title }) => title === "Drupal")?.["album_id"] ?? "";
  // Fields that somebody left empty are sent empty.
  const asked = { title: "From Drupal", description: "", album_id: album, return_url: BACK };
  const { uploadtoken } = await get<{ uploadtoken: Fields }>("/api/photo/get-upload-token", asked);
  const token = uploadtoken["upload_token"] ?? "";

  const headers = { origin: PAGE };
  const fields = { upload_token: token, title: "From Drupal", album_id: album };
  const body = formOf([...partsOf(fields), ["file", OLD, "cat.png"]]);
  const sent = await site.call(redeemPath(1), { method: "POST", body, headers });
  expect(sent.status).toBe(301);
  expect(sent.headers.get("access-control-allow-origin")).toBe(PAGE);
  const landed = new URL(sent.headers.get("location") ?? "");
  const id = landed.searchParams.get("photo_id") ?? "";
  const photoToken = landed.searchParams.get("token") ?? "";

  const { photo } = await get<{ photo: Fields }>("/api/photo/list", {
    photo_id: id,
    token: photoToken,
  });
  expect(photo).toMatchObject({
    photo_id: id,
    token: photoToken,
    title: "From Drupal",
    album_id: album,
  });

  // The page says more of it, with nothing but the upload token.
  const update = new URLSearchParams({ upload_token: token, title: "Better", tags: "drupal" });
  const path = "/api/photo/update-upload-token?format=json&raw=1";
  const updated = await site.call(path, { method: "POST", body: update, headers });
  expect(updated.headers.get("access-control-allow-origin")).toBe(PAGE);
  expect(await updated.json()).toMatchObject({
    status: "ok",
    message: "The token information was updated",
  });
  const again = await get<{ photos: Fields[] }>("/api/photo/list", { tags: "drupal" });
  expect(again.photos).toMatchObject([{ photo_id: id, title: "Better", content: "" }]);
});

test("asks for a token where no album is chosen", async () => {
  const asked = { title: "", description: "", album_id: "", return_url: BACK };
  await get("/api/photo/get-upload-token", asked);
});
