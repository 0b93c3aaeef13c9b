import { beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { siteForAll } from "../../support/lifetime.ts";
import { png } from "../../support/media.ts";
import { oauthHeader, signingKey, type Signing } from "../../support/oauth.ts";
import { fileForm, redeemPath } from "../../support/redeem.ts";
import { ORIGIN } from "../../support/site.ts";
import { signedByNode, signedByPhp } from "../../support/vendor-signing.ts";

/** The vendor's own libraries (v1, OAuth) from their first request to their last (protocol 7). */

const site = siteForAll();
let signing: Signing;
beforeAll(async () => {
  signing = await signingKey(site);
});

type Fields = Record<string, string>;
const OLD = png(10_500, 1);

const valueOf = (text: string, name: string) =>
  new RegExp(`"${name}":"([^"]*)"|[ <]${name}(?:>|=")([^<"]*)`)
    .exec(text)
    ?.slice(1)
    .find(Boolean) ?? "";

const SIGNED: Record<string, (path: string, fields: Fields) => string> = {
  "the Node library": (path, fields) => signedByNode(signing, path, fields),
  "the PHP library": (path, fields) => signedByPhp(signing, "POST", path, fields),
  "the Ruby library": (path, fields) =>
    oauthHeader({ method: "POST", url: ORIGIN + path, fields }, signing),
};

describe.each(["the Node library", "the PHP library", "the Ruby library"])(
  "%s (v1, urlencoded POSTs, signed in the header)",
  (library) => {
    const fixed: Fields = library === "the Node library" ? { format: "json", raw: "1" } : {};

    async function call(method: string, given: Fields = {}): Promise<string> {
      const path = `/api/${method}`;
      const fields = { ...given, ...fixed };
      const authorization = SIGNED[library]?.(path, fields) ?? "";
      const body = new URLSearchParams(fields);
      const answer = await site.call(path, { method: "POST", body, headers: { authorization } });
      const text = await answer.text();
      expect(text).toMatch(/"status":"ok"|status="ok"/);
      return text;
    }
    test("album, token, form, list by tags and words, update, tags, delete", async () => {
      const tag = library.replaceAll(/[ ']/g, "");
      const album = valueOf(await call("album/create", { title: `By ${library}` }), "album_id");
      const granted = await call("photo/get-upload-token", {
        title: "A cat (big)!",
        tags: `${tag} "on a roof"`,
        album_id: album,
        publish: "0",
      });
      const token = valueOf(granted, "upload_token");
      const sent = await site.call(redeemPath(1), { method: "POST", body: fileForm(token, OLD) });
      const id = valueOf(await sent.text(), "photo_id");
      const unpublished = { include_unpublished_p: "1" };
      const byTags = await call("photo/list", {
        ...unpublished,
        tags: `${tag} "on a roof"`,
        tag_mode: "and",
      });
      expect(valueOf(byTags, "photo_id")).toBe(id);
      const byWords = await call("photo/list", {
        ...unpublished,
        search: "big cat",
        album_id: album,
      });
      expect(valueOf(byWords, "photo_id")).toBe(id);
      await call("photo/update-upload-token", { upload_token: token, description: "By its token" });
      await call("photo/update", { photo_id: id, title: "Größer & schöner", publish: "1" });
      const listed = await call("photo/list", { photo_id: id });
      expect(listed).toMatch(/Größer (&|&amp;) schöner/);
      expect(listed).toContain("By its token");
      expect(valueOf(await call("tag/list", { search: tag.toLowerCase() }), "count")).toBe("1");
      await call("photo/delete", { photo_id: id });
      expect(await call("photo/list", { ...unpublished, photo_id: id })).toMatch(
        /total_count(":|=)"0"/,
      );
      await call("album/delete", { album_id: album });
      await call("site/get");
      expect(valueOf(await call("echo", { iam: "here" }), "iam")).toBe("here");
    });
  },
);

describe("the vendor's Ruby example that sends a file", () => {
  const path = "/api/photo/upload";
  const boundary = "65f3a2b1";

  /** Its gem also signs a hash of the body (oauth_body_hash). */
  function send(body: Buffer<ArrayBuffer>): Promise<Response> {
    const hash = createHash("sha1").update(body).digest("base64");
    const fields = { oauth_body_hash: hash };
    const authorization = `${oauthHeader({ method: "POST", url: ORIGIN + path, fields }, signing)}, oauth_body_hash="${encodeURIComponent(hash)}"`;
    const type = `multipart/form-data; boundary=${boundary}`;
    return site.call(path, {
      method: "POST",
      body,
      headers: { authorization, "content-type": type },
    });
  }

  /** As its example writes a form; there the line ends before the boundaries are missing. */
  const formBy = (end: string) =>
    Buffer.concat([
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="title"\r\n\r\nFrom Ruby${end}`,
      ),
      Buffer.from(
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="cat.png"\r\nContent-Type: image/png\r\n\r\n`,
      ),
      Buffer.from(OLD),
      Buffer.from(`${end}--${boundary}--\r\n\r\n`),
    ]);

  test("is a photo, signed with its body's hash", async () => {
    expect(await (await send(formBy("\r\n"))).text()).toMatch(/status="ok".*<photo_id>\d+/);
  });

  test("without the line ends that RFC 2046 wants is no form, and is refused in words: a file may hold its boundary", async () => {
    const answer = await (await send(formBy(""))).text();
    expect(answer).toMatch(/status="error".*code="(no_file|invalid_input)"/);
  });
});
