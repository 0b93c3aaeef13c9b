import { describe, expect, test } from "bun:test";
import { png, textFile } from "../support/media.ts";
import { askChunk, fileForm, redeem, sendChunk } from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";
import { deliveriesOf } from "../support/database.ts";

const site = siteForAll();

const RETURN = "https://shop.example/done?own=1#end";
const file = png(300);

/** The length of the query that is added where nothing is extra. */
async function plainLength(): Promise<number> {
  const token = await site.token({ return_url: "https://shop.example/" });
  const response = await redeem(site, fileForm(token, file));
  return new URL(response.headers.get("location") ?? "").search.length - 1;
}

/** A redeeming whose added query has this many characters. Ids of one site grow: 9 becomes 10. */
async function withQueryOf(length: number, background = 0) {
  const own = await plainLength();
  const token = await site.token({ return_url: RETURN, background_return_p: background });
  const value = "x".repeat(length - own - "&pad=".length);
  return { token, value, response: await redeem(site, fileForm(token, file, "a", { pad: value })) };
}

function inputsOf(html: string): [string, string][] {
  return [...html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)].map(
    ([, name = "", value = ""]) => [name, value],
  );
}

describe("the boundary of 1500 characters", () => {
  test("the photos that warm the ids up", async () => {
    // From 10 on the ids have two digits, so that lengths can be compared.
    const token = await site.token({ max_uploads: 12 });
    for (let count = 0; count < 12; count += 1) {
      expect((await redeem(site, fileForm(token, file))).status).toBe(200);
    }
  });

  test("1499 is a redirect", async () => {
    const { response } = await withQueryOf(1499);
    expect(response.status).toBe(301);
    const { search } = new URL(response.headers.get("location") ?? "");
    expect(search.length - "?own=1&".length).toBe(1499);
  });

  test("1500 is a form", async () => {
    const { response, value } = await withQueryOf(1500);
    expect(response.status).toBe(200);
    const html = await response.text();
    expect(html).toContain('<form method="post" action="https://shop.example/done?own=1#end">');
    expect(inputsOf(html).at(-1)).toEqual(["pad", value]);
  });

  test("in the background: 1499 is a GET, 1500 a POST to return_url itself", async () => {
    const short = await withQueryOf(1499, 1);
    expect(await short.response.text()).toMatch(/ https:\/\/shop\.example\/done\?own=1&domain=/);
    const long = await withQueryOf(1500, 1);
    expect(await long.response.text()).toEndWith(` ${RETURN}`);
    const [get, post] = deliveriesOf(site).slice(-2);
    expect(get).toMatchObject({ method: "GET", body: "" });
    expect(post).toMatchObject({ method: "POST", url: RETURN });
    const fields = Object.fromEntries(new URLSearchParams(post?.body));
    expect(fields).toMatchObject({
      domain: "redeem.test",
      upload_token: long.token,
      pad: long.value,
    });
    expect(fields["photo_id"]).toMatch(/^\d+$/);
  });

  test("what counts is the encoded length", async () => {
    const token = await site.token({ return_url: RETURN });
    const form = fileForm(token, file, "a", { pad: "漢".repeat(160) });
    expect((await redeem(site, form)).headers.get("content-type")).toStartWith("text/html");
  });
});

describe("the form", () => {
  test("has every field, in order, escaped", async () => {
    const token = await site.token({ return_url: `https://shop.example/?a="b"&c=<d>` });
    const evil = `"><script>alert(1)</script>&amp;'${"x".repeat(1500)}`;
    const query = String(new URLSearchParams({ 'na"me>': evil }));
    const response = await redeem(site, fileForm(token, file), { query });
    const html = await response.text();
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(inputsOf(html).map(([name]) => name)).toEqual([
      "domain",
      "upload_token",
      "photo_id",
      "tree_id",
      "token",
      "na&quot;me&gt;",
    ]);
    expect(html).not.toContain("<script>alert");
    expect(html).not.toContain('name="na"me');
    expect(inputsOf(html).at(-1)?.[1]).toBe(Bun.escapeHTML(evil));
    expect(html).not.toContain("<d>");
  });

  test("sends itself under a policy that allows nothing else, and has a button", async () => {
    const token = await site.token({ return_url: RETURN });
    const response = await redeem(site, fileForm(token, file, "a", { pad: "x".repeat(1500) }));
    const html = await response.text();
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    const [, script = ""] = /<script>([^<]*)<\/script>/.exec(html) ?? [];
    const hash = new Bun.CryptoHasher("sha256").update(script).digest("base64");
    expect(policy).toContain(`script-src 'sha256-${hash}'`);
    expect(script).toContain("submit.call(document.forms[0])");
    expect(html).toMatch(/<button type="submit">/);
  });

  test("tells of a failure too", async () => {
    const token = await site.token({ return_url: RETURN });
    const form = fileForm(token, textFile(), "a.txt", { pad: "x".repeat(1500) });
    const response = await redeem(site, form);
    expect(response.status).toBe(200);
    expect(inputsOf(await response.text()).map(([name]) => name)).toEqual([
      "domain",
      "upload_token",
      "error_message",
      "pad",
    ]);
  });

  test("is never the answer to a GET", async () => {
    const token = await site.token({ return_url: RETURN, pad: "x".repeat(1500) });
    const plan = { identifier: "i", filename: "a.png", chunkSize: 300, totalSize: 300 };
    await sendChunk(site, token, plan, { number: 1, start: 0, end: 300 }, file);
    const response = await askChunk(site, token, plan, 1);
    expect(response.headers.get("content-type")).toStartWith("text/plain");
    expect(await response.text()).toMatch(/^ok redeem\.test \d+ \d+ \w{32} https:\S+#end$/);
  });
});

test("more extra parameters than can be kept are refused, and the use is free", async () => {
  const token = await site.token({ return_url: RETURN });
  const form = fileForm(token, file, "a", { pad: "x".repeat(70_000) });
  expect((await redeem(site, form)).status).toBe(400);
  expect((await redeem(site, fileForm(token, file))).status).toBe(301);
});
