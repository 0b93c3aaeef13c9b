import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chunkForm, pieces } from "../support/chunks.ts";
import { mp4, png, textFile } from "../support/media.ts";
import { flowFields } from "../support/families.ts";
import { siteForAll } from "../support/lifetime.ts";
import { fileForm, photoCount, photoIn, redeem } from "../support/redeem.ts";
import { startTestSite, type TestSite } from "../support/site.ts";

const site = siteForAll();

const bytesOf = (text: string, size = 2000) => {
  const bytes = new Uint8Array(Math.max(size, text.length)).fill(0x20);
  bytes.set(new TextEncoder().encode(text));
  return bytes;
};
const hex = (digits: string, size = 2000) => {
  const bytes = new Uint8Array(size);
  bytes.set(Buffer.from(digits, "hex"));
  return bytes;
};

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';

async function statusOf(token: string, bytes: Uint8Array<ArrayBuffer>, name = "a.png") {
  return (await redeem(site, fileForm(token, bytes, name))).status;
}

describe("judged by content", () => {
  test.each([
    ["PNG", png(2000)],
    ["JPEG", hex("ffd8ffe000104a46494600010100000100010000")],
    ["GIF", bytesOf("GIF89a")],
    ["WebP", hex("524946460000000057454250565038200000")],
    ["MP4", mp4(2000)],
    ["QuickTime", hex("0000001466747970717420200000000071742020")],
    ["HEIC", hex("000000186674797068656963000000006d69663168656963")],
    ["AVIF", hex("000000186674797061766966000000006d69663161766966")],
  ])("%s is taken, whatever its name says", async (_what, bytes) => {
    expect(await statusOf(await site.token(), bytes, "notes.txt")).toBe(200);
  });

  test.each([
    ["text", textFile(2000)],
    ["SVG", bytesOf(SVG)],
    ["SVG behind an XML declaration", bytesOf(`<?xml version="1.0"?>\n${SVG}`)],
    ["HTML", bytesOf("<!doctype html><script>alert(1)</script>")],
    ["PDF", bytesOf("%PDF-1.7\n")],
    ["ZIP", hex("504b0304140000000000")],
    ["a program", hex("7f454c460201010000000000000000000200")],
    ["audio", hex("4944330300000000000f")],
    ["nothing known", hex("00".repeat(100))],
    ["a single byte", new Uint8Array([1])],
  ])("%s is not, whatever its name says", async (_what, bytes) => {
    const token = await site.token();
    expect(await statusOf(token, bytes, "photo.png")).toBe(415);
    expect(await statusOf(token, png(2000))).toBe(200);
  });
});

describe("the token's types", () => {
  test.each([
    ["image/png", 200, 415],
    ["image/*", 200, 415],
    ["video/mp4", 415, 200],
    ["video/*", 415, 200],
    ["image/jpeg", 415, 415],
    ["image/png,video/mp4", 200, 200],
    ["image/*,video/*", 200, 200],
  ])("%s: PNG %d, MP4 %d", async (types, forPng, forMp4) => {
    const token = await site.token({ types, max_uploads: 2 });
    expect(await statusOf(token, png(2000))).toBe(forPng);
    expect(await statusOf(token, mp4(2000))).toBe(forMp4);
  });

  test("a refusal says what is taken", async () => {
    const token = await site.token({ types: "video/mp4" });
    const response = await redeem(site, fileForm(token, png(2000)));
    const { message } = (await response.json()) as { message: string };
    expect(message).toContain("image/png");
    expect(message).toContain("video/mp4 is taken");
  });

  test("image/* never means SVG", async () => {
    const token = await site.token({ types: "image/*" });
    expect(await statusOf(token, bytesOf(SVG), "a.svg")).toBe(415);
  });

  test("are within the server's", async () => {
    const narrow = await startTestSite({ REDEEM_TYPES: "image/*" });
    const token = await narrow.token({ max_uploads: 3 });
    expect((await redeem(narrow, fileForm(token, mp4(2000)))).status).toBe(415);
    expect((await redeem(narrow, fileForm(token, bytesOf(SVG)))).status).toBe(415);
    expect((await redeem(narrow, fileForm(token, png(2000)))).status).toBe(200);
    await narrow.stop();
  });

  test("hold where the token comes behind the file", async () => {
    const token = await site.token({ types: "video/mp4" });
    const form = new FormData();
    form.append("file", new Blob([png(2000)]), "a.png");
    form.append("upload_token", token);
    expect((await redeem(site, form)).status).toBe(415);
  });
});

test("the stored type is the content's, and so is that of the download", async () => {
  const token = await site.token();
  const photo = await photoIn(await redeem(site, fileForm(token, mp4(2000), "a.html")));
  const path = `/${photo.tree_id}/${photo.photo_id}/${photo.token}/original`;
  expect((await site.call(path)).headers.get("content-type")).toBe("video/mp4");
});

/** Issue 8, 3.8: operators may take other types; what comes is inert whatever it is. */
describe("REDEEM_TYPES=*/*", () => {
  let open: TestSite;
  beforeAll(async () => {
    open = await startTestSite({ REDEEM_TYPES: "*/*" });
  });
  afterAll(() => open.stop());

  const ZIP = hex("504b0304140000000000");
  test.each([
    ["PNG", png(2000), "a.png", "image/png", "a.png"],
    ["text", textFile(2000), "a.txt", "application/octet-stream", "a.txt"],
    ["SVG", bytesOf(SVG), "a.svg", "application/octet-stream", "a.svg.bin"],
    ["XML", bytesOf(`<?xml version="1.0"?>\n${SVG}`), "a.svg", "application/xml", "a.svg.bin"],
    ["HTML", bytesOf("<!doctype html>"), "a.html", "application/octet-stream", "a.html.bin"],
    ["PDF", bytesOf("%PDF-1.7\n"), "a.pdf", "application/pdf", "a.pdf"],
    ["ZIP", ZIP, "a.docx", "application/zip", "a.docx"],
    ["nothing known", hex("00".repeat(100)), "a", "application/octet-stream", "a.bin"],
    ["a single byte", new Uint8Array([1]), "a", "application/octet-stream", "a.bin"],
  ])(
    "%s is taken, and is an attachment that nothing runs",
    async (_what, bytes, name, type, as) => {
      const photo = await photoIn(await redeem(open, fileForm(await open.token(), bytes, name)));
      const path = `/${photo.tree_id}/${photo.photo_id}/${photo.token}/original`;
      const response = await open.call(path);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        "content-type": type,
        "content-disposition": `attachment; filename="${as}"; filename*=UTF-8''${as}`,
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
      });
      expect(await response.bytes()).toEqual(bytes);
    },
  );

  test("an empty file is still none", async () => {
    const empty = fileForm(await open.token(), new Uint8Array());
    expect((await redeem(open, empty)).status).toBe(400);
  });

  test("a token may take less", async () => {
    const token = await open.token({ types: "application/pdf,image/*" });
    const text = await redeem(open, fileForm(token, textFile(2000)));
    expect(text.status).toBe(415);
    expect(((await text.json()) as { message: string }).message).toBe(
      "The file type is not supported: this is of no type that is recognized. application/pdf, image/* are taken.",
    );
    expect((await redeem(open, fileForm(token, bytesOf("%PDF-1.7\n")))).status).toBe(200);
    const refused = await open.callWithKey("/api/2/photo/get-upload-token?types=text/html");
    expect(refused.status).toBe(400);
  });

  test("in chunks too, the first of which is too short to say what it is", async () => {
    const bytes = bytesOf("%PDF-1.7\n");
    const plan = { identifier: "pdf", totalSize: 2000, chunkSize: 1000, filename: "a.pdf" };
    const token = await open.token({ types: "application/pdf" });
    for (const piece of pieces(plan)) {
      const sent = await redeem(open, chunkForm(token, plan, piece, bytes));
      expect(sent.status).toBe(200);
    }
  });
});

// The body's own type was refused with 400 where the file in it was one that is taken.
describe("a body that is the file itself", () => {
  const PDF = bytesOf("%PDF-1.7\n");
  const octets = (to: TestSite, token: string, type: string, body: BodyInit = PDF, query = "") =>
    redeem(to, body, { query: `upload_token=${token}${query}`, headers: { "content-type": type } });

  test("may be called a type that the operator takes", async () => {
    const own = await startTestSite({ REDEEM_TYPES: "application/pdf,image/png" });
    const token = await own.token({ max_uploads: 4 });
    for (const type of ["application/pdf", "Application/PDF; charset=binary", "image/png"]) {
      expect((await octets(own, token, type)).status).toBe(200);
    }
    const other = await octets(own, token, "application/zip");
    expect(other.status).toBe(400);
    expect(await other.text()).toContain(
      "bytes (application/octet-stream, image/*, video/*, audio/*, application/pdf) with the parameters in the query",
    );
    await own.stop();
  });

  test("in flow.js's chunks too", async () => {
    const own = await startTestSite({ REDEEM_TYPES: "application/pdf" });
    const token = await own.token();
    const plan = { identifier: "pdf", totalSize: 2000, chunkSize: 1000, filename: "a.pdf" };
    const sent: number[] = [];
    for (const piece of pieces(plan)) {
      const query = `&${new URLSearchParams(flowFields(plan, piece))}`;
      const bytes = PDF.slice(piece.start, piece.end);
      sent.push((await octets(own, token, "application/pdf", bytes, query)).status);
    }
    expect(sent).toEqual([200, 200]);
    expect(await photoCount(own, token)).toBe(1);
    await own.stop();
  });

  test("a form is a form, and no body is no file, whatever is taken", async () => {
    const all = await startTestSite({ REDEEM_TYPES: "*/*" });
    const token = await all.token({ max_uploads: 5 });
    expect((await octets(all, token, "text/html")).status).toBe(200);
    expect((await octets(all, token, "no/such-type")).status).toBe(200);
    expect(await photoCount(all, token)).toBe(2);
    const cut = await octets(all, token, "multipart/form-data; boundary=x", "hello");
    expect(cut.status).toBe(400);
    const fields = await octets(all, token, "application/x-www-form-urlencoded", "a=b");
    expect(await fields.json()).toMatchObject({ code: "no_file" });
    const none = await all.call(`/api/2/photo/redeem-upload-token?upload_token=${token}`, {
      method: "POST",
    });
    expect(await none.json()).toMatchObject({ code: "no_file" });
    expect(await photoCount(all, token)).toBe(2);
    await all.stop();
  });

  test("is refused as before where the operator takes photos and videos", async () => {
    const answer = await octets(site, await site.token(), "application/pdf");
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("image/*, video/*, audio/*) with");
  });
});

test("audio is taken where the operator says so, and is listed as such", async () => {
  const own = await startTestSite({ REDEEM_TYPES: "audio/*" });
  const token = await own.token({ max_uploads: 2 });
  const mp3 = hex("fffb9064".padEnd(834, "0") + "fffb9064");
  expect((await redeem(own, fileForm(token, mp3, "a.mp3"))).status).toBe(200);
  expect((await redeem(own, fileForm(token, png(2000)))).status).toBe(415);
  const list = await own.callWithKey("/api/2/photo/list");
  const { data } = (await list.json()) as { data: Record<string, unknown>[] };
  expect(data).toMatchObject([{ original_type: "audio/mpeg", audio_p: true, video_p: false }]);
  await own.stop();
});
