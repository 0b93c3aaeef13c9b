import { describe, expect, test } from "bun:test";
import { hashSecret } from "../../src/random.ts";
import { siteForEach } from "../support/lifetime.ts";
import { png, textFile } from "../support/media.ts";
import { fileForm, photoCount, redeem, sendChunk, type RedeemOptions } from "../support/redeem.ts";

/** The pages of an upload link that work without script: the passphrase before it, and what a form ends on. */

const site = siteForEach({ REDEEM_SITE_NAME: "Ann <b>&" });
const WORDS = "midsummer";
const file = png(2500);

const open = (token: string, headers: Record<string, string> = {}) =>
  site.call(`/upload/${token}`, { headers });

function say(
  token: string,
  passphrase: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const body = new URLSearchParams({ passphrase });
  return site.call(`/upload/${token}`, { method: "POST", body, headers });
}

/** What the page's script is told. */
async function dataOf(answer: Response): Promise<Record<string, unknown>> {
  const [, json = ""] = /id="upload-info">(.+?)<\/script>/.exec(await answer.text()) ?? [];
  return JSON.parse(json) as Record<string, unknown>;
}

const cookieOf = (answer: Response) => (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";

describe("a link with a passphrase", () => {
  test("asks for it, and says nothing of what it is for", async () => {
    const token = await site.token({ passphrase: WORDS, title: "Secret party", sender: "Bo" });
    const page = await open(token);
    expect([page.status, page.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const html = await page.text();
    expect(html).toContain('<form class="sign-in" method="post" novalidate>');
    expect(html).toContain('name="passphrase"');
    expect(html).toContain("Ann &lt;b>&amp;");
    for (const secret of ["Secret party", "Bo<", WORDS, 'type="file"'])
      expect(html).not.toContain(secret);
  });

  test("opens with it: a cookie that no script reads, and back to the page", async () => {
    const token = await site.token({ passphrase: WORDS, title: "Secret party" });
    const answer = await say(token, WORDS);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, token]);
    const cookie = answer.headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^redeem_grant_\w{16}=[\w-]{43}; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    expect(cookie).not.toContain(token);
    const page = await open(token, { cookie: `other=1; ${cookieOf(answer)}` });
    const html = await page.text();
    expect(html).toContain("Secret party");
    const [, grant = ""] = /name="upload_grant" value="([^"]+)"/.exec(html) ?? [];
    const sent = await redeem(site, fileForm(token, file, "a.png", { upload_grant: grant }));
    expect(sent.status).toBe(200);
  });

  test("a wrong one is the page again, with a sentence; then a while nothing is looked at", async () => {
    const token = await site.token({ passphrase: WORDS });
    // A field that was left empty is no attempt.
    for (let n = 0; n < 12; n += 1) expect((await say(token, "")).status).toBe(400);
    for (let n = 0; n < 8; n += 1) {
      const again = await say(token, "wrong");
      expect([again.status, again.headers.get("set-cookie")]).toEqual([403, null]);
      expect(await again.text()).toContain("That is not the passphrase.");
    }
    const many = await say(token, WORDS, { "accept-language": "de" });
    expect(many.status).toBe(429);
    expect(Number(many.headers.get("retry-after"))).toBeGreaterThan(10);
    expect(await many.text()).toMatch(/Versuche es in 1\d Sekunden noch einmal\./);
  });

  test("a form of another site's page is not looked at, and costs no try", async () => {
    const token = await site.token({ passphrase: WORDS });
    for (const headers of [
      { origin: "https://evil.example" },
      { "sec-fetch-site": "cross-site" },
    ]) {
      for (let n = 0; n < 10; n += 1)
        expect((await say(token, "wrong", headers as never)).status).toBe(403);
    }
    expect((await say(token, WORDS)).status).toBe(303);
  });

  test("another link's cookie does not open it, nor a forged one", async () => {
    const [token, other] = [
      await site.token({ passphrase: WORDS }),
      await site.token({ passphrase: WORDS }),
    ];
    const own = cookieOf(await say(token, WORDS));
    const others = cookieOf(await say(other, WORDS));
    const forged = `${own.split("=")[0]}=${others.split("=")[1]}`;
    for (const cookie of [others, forged, `${own.split("=")[0]}=x`, `${own.split("=")[0]}`]) {
      expect(await (await open(token, { cookie })).text()).toContain('name="passphrase"');
    }
  });

  test("what is empty, malformed or no form is the page again", async () => {
    const token = await site.token({ passphrase: WORDS });
    const empty = await say(token, "", { "accept-language": "da" });
    expect([empty.status, await empty.text()]).toEqual([
      400,
      expect.stringContaining("Skriv adgangskoden."),
    ]);
    expect((await say(token, "  ")).status).toBe(403);
    const json = await site.call(`/upload/${token}`, { method: "POST", body: "{}" });
    expect(json.status).toBe(400);
    expect((await say("unknown", WORDS)).status).toBe(303);
    const unlocked = await site.token();
    expect((await say(unlocked, "x")).status).toBe(303);
  });

  test("one that takes nothing more says so, and asks for nothing", async () => {
    const token = await site.token({ passphrase: WORDS, valid_minutes: 15 });
    site.advance(26 * 3_600_000);
    const page = await open(token);
    expect(page.status).toBe(404);
    const html = await page.text();
    expect(html).toContain("This upload link has expired.");
    expect(html).not.toContain('name="passphrase"');
  });
});

describe("the page of a link", () => {
  test("knows how the link stands, who asks and what", async () => {
    const token = await site.token({
      max_uploads: 3,
      valid_minutes: 60,
      max_size: 9000,
      types: "image/*",
      sender: "Ann <script>",
      ask: "name,note",
    });
    await redeem(site, fileForm(token, file));
    const plan = { identifier: "i", filename: "a.png", chunkSize: 1000, totalSize: 2500 };
    await sendChunk(site, token, plan, { number: 1, start: 0, end: 1000 }, file);
    const data = await dataOf(await open(token, { "accept-language": "da" }));
    expect(data).toMatchObject({
      uploadToken: token,
      uploadGrant: null,
      state: "open",
      maxUploads: 3,
      remaining: 2,
      free: 1,
      maxSize: 9000,
      types: ["image/*"],
      sender: "Ann <script>",
      ask: ["name", "note"],
      returns: false,
      language: "da",
    });
    const [now, until, grace] = ["now", "validUntil", "graceUntil"].map((name) =>
      Number(data[name]),
    );
    expect(Math.abs((now ?? 0) - site.site.now())).toBeLessThan(10_000);
    expect(Math.abs((until ?? 0) - (now ?? 0) - 3_600_000)).toBeLessThan(10_000);
    expect((grace ?? 0) - (until ?? 0)).toBe(24 * 3_600_000);
    const html = await (await open(token)).text();
    expect(html).toContain("Ann &lt;script>");
    // Without script as well.
    for (const name of ["guest_name", "guest_note", "format"])
      expect(html).toContain(`name="${name}"`);
  });

  test("that is used up, too old, revoked or unknown says which, and asks for no file", async () => {
    const used = await site.token();
    await redeem(site, fileForm(used, file));
    const [revoked, old] = [await site.token(), await site.token({ valid_minutes: 15 })];
    const known = await site.site.records.tokens.byHash(hashSecret(revoked));
    await site.site.records.tokens.revoke(known?.id ?? 0, site.site.now());
    const says = async (token: string, words: string) => {
      const page = await open(token);
      const html = await page.text();
      expect([page.status, html]).toEqual([404, expect.stringContaining(words)]);
      expect(html).not.toMatch(/type="file"|<script/);
    };
    await says(used, "has already been used");
    await says(revoked, "was revoked");
    await says("x".repeat(64), "is not valid");
    site.advance(3_600_000);
    // What has begun may go on, by the page's script: without one it is over.
    const html = await (await open(old)).text();
    expect(html).toMatch(/<noscript><p>This upload link has expired\.<\/p>/);
    expect(html).not.toContain('name="file"');
    site.advance(25 * 3_600_000);
    await says(old, "has expired");
  });
});

const sendForm = (token: string, bytes = file, options: RedeemOptions = {}, more = {}) =>
  redeem(site, fileForm(token, bytes, "a.png", { format: "page", ...more }), options);

describe("a form without script", () => {
  test.each([1, 2] as const)("ends on a page of words, in version %d", async (version) => {
    const token = await site.token({ max_uploads: 2 });
    const page = await sendForm(token, file, { version });
    expect([page.status, page.headers.get("content-type")]).toEqual([
      200,
      "text/html; charset=utf-8",
    ]);
    const html = await page.text();
    expect(html).toContain("<h1>Your file has arrived.</h1>");
    expect(html).toContain("You can send 1 more file.");
    const root = version === 1 ? "../../" : "../../../";
    expect(html).toContain(`<a href="${root}upload/${token}">Send another file</a>`);
    expect(html).toContain(`href="${root}web-assets/page.`);
    expect(html).not.toContain("<script");
    const last = await (await sendForm(token, file, { version })).text();
    expect(last).toContain("Everything that the link was meant for has been sent.");
    expect(last).not.toContain("<a ");
  });

  test("of a file that is not taken says why, in the reader's language", async () => {
    const token = await site.token();
    const page = await sendForm(token, textFile(), {
      headers: { "accept-language": "fr-CH, en;q=0.5" },
    });
    expect([page.status, page.headers.get("redeem-code")]).toEqual([415, "file_not_supported"]);
    const html = (await page.text()).replaceAll(/\s/g, " ");
    expect(html).toContain('<html lang="fr">');
    expect(html).toContain("Les fichiers de ce type ne sont pas acceptés.");
    expect(html).toContain("Fichiers acceptés : images et vidéos, 100 Go au plus chacun.");
    expect(html).toContain(`upload/${token}">Réessayer</a>`);
    expect(await photoCount(site, token)).toBe(0);
  });

  test("says what the link takes, to whoever has its passphrase", async () => {
    const token = await site.token({ passphrase: WORDS, types: "image/png", max_size: 2_000_000 });
    const large = png(2_000_001);
    const locked = await sendForm(token, large, { headers: { "accept-language": "de-AT" } });
    expect(await locked.text()).not.toMatch(/PNG|2 MB/);
    const said = { passphrase: WORDS };
    const { data } = (await (
      await site.call(`/api/2/photo/upload-token-status?upload_token=${token}`, {
        method: "POST",
        body: new URLSearchParams(said),
      })
    ).json()) as { data: { upload_grant: string } };
    const opened = await sendForm(
      token,
      large,
      { headers: { "accept-language": "de-AT" } },
      { upload_grant: data.upload_grant },
    );
    expect([opened.status, opened.headers.get("redeem-code")]).toEqual([413, "file_too_large"]);
    const html = (await opened.text()).replaceAll(/\s/g, " ");
    expect(html).toContain("Die Datei ist zu groß.");
    expect(html).toContain("Bilder (PNG)");
    expect(html).toContain("2 MB");
  });

  test("of a link at its end says which end that is, in the reader's language", async () => {
    const used = await site.token();
    await sendForm(used);
    const [revoked, old] = [await site.token(), await site.token({ valid_minutes: 15 })];
    const known = await site.site.records.tokens.byHash(hashSecret(revoked));
    await site.site.records.tokens.revoke(known?.id ?? 0, site.site.now());
    const ends = async (token: string, headers: Record<string, string>) => {
      const page = await sendForm(token, file, { headers });
      expect([page.status, page.headers.get("redeem-code")]).toEqual([404, "invalid_upload_token"]);
      const [, sentence] = /<h1>[^<]+<\/h1><p>([^<]+)<\/p>/.exec(await page.text()) ?? [];
      return sentence;
    };
    expect(await ends(used, {})).toBe("This upload link has already been used.");
    expect(await ends(revoked, { "accept-language": "da" })).toBe(
      "Dette upload-link er tilbagekaldt.",
    );
    expect(await ends("x".repeat(64), {})).toBe("This upload link is not valid.");
    site.advance(3_600_000);
    expect(await ends(old, { "accept-language": "es" })).toBe("Este enlace de subida ha caducado.");
  });

  test("from a page that its link is not for ends on words, which that page may not read", async () => {
    const token = await site.token({ origin: "https://shop.example" });
    const headers = { origin: "https://other.example", "accept-language": "fr" };
    const page = await sendForm(token, file, { headers });
    expect([page.status, page.headers.get("redeem-code")]).toEqual([403, "origin_refused"]);
    expect(page.headers.get("access-control-allow-origin")).toBeNull();
    expect(await page.text()).toContain("Aucun fichier n’est accepté depuis l’adresse");
    expect(await photoCount(site, token)).toBe(0);
  });

  test("without a file, with an empty one, with a used token: words each time", async () => {
    const token = await site.token();
    const empty = await sendForm(token, new Uint8Array());
    expect([empty.status, await empty.text()]).toEqual([
      400,
      expect.stringContaining("No file was chosen, or it is empty."),
    ]);
    await sendForm(token);
    const used = await sendForm(token);
    expect([used.status, await used.text()]).toEqual([
      404,
      expect.stringContaining("already been used"),
    ]);
    const unknown = await sendForm("x".repeat(64));
    expect([unknown.status, await unknown.text()]).toEqual([
      404,
      expect.not.stringContaining("<a "),
    ]);
    const locked = await sendForm(await site.token({ passphrase: WORDS }));
    expect([locked.status, await locked.text()]).toEqual([
      403,
      expect.stringContaining("The passphrase of the link is missing."),
    ]);
  });

  test("of a token with a return_url leads there, and of one with a callback ends on words", async () => {
    const returned = await sendForm(await site.token({ return_url: "https://www.example.com/" }));
    expect(returned.status).toBe(301);
    const told = await sendForm(
      await site.token({ return_url: "http://127.0.0.1:1/", background_return_p: 1 }),
    );
    expect([told.status, await told.text()]).toEqual([
      200,
      expect.stringContaining("Your file has arrived."),
    ]);
  });

  test("what it says of a hostile request is text", async () => {
    const token = await site.token();
    const page = await sendForm(token, file, {}, { guest_name: "<img src=x>".repeat(40) });
    expect(page.status).toBe(400);
    const html = await page.text();
    expect(html).toContain("guest_name must be text");
    expect(html).not.toContain("<img");
  });

  test("chunks are no pages, and other methods know no such format", async () => {
    const token = await site.token();
    const query = new URLSearchParams({
      upload_token: token,
      format: "page",
      resumableChunkNumber: "1",
      resumableChunkSize: "1000",
      resumableTotalSize: "2500",
      resumableIdentifier: "i",
    });
    const chunk = await site.call(`/api/2/photo/redeem-upload-token?${query}`, {
      method: "POST",
      body: file.slice(0, 1000),
      headers: { "content-type": "application/octet-stream" },
    });
    expect([chunk.status, await chunk.text()]).toEqual([200, "ok"]);
    const other = await site.callWithKey(`/api/2/photo/upload?format=page`, {
      method: "POST",
      body: file,
      headers: { "content-type": "image/png" },
    });
    expect([other.status, await other.text()]).toEqual([
      400,
      expect.stringContaining("format must be xml or json."),
    ]);
  });
});
