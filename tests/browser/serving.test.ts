import { afterAll, beforeAll, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { browserForAll, type VisitOptions } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { sendWhole } from "../support/over-http.ts";
import { photoIn } from "../support/redeem.ts";
import { expectSoon, until } from "../support/remains.ts";

/** What a real browser does with files: it shows some, plays from any moment, and lets nothing run. */

const server = serverForAll({ env: { REDEEM_TYPES: "*/*" } });
const browser = browserForAll("chromium");
/** A page of another origin, which hears of whatever runs. */
let pages: Bun.Server<undefined>;
const heard: string[] = [];

beforeAll(() => {
  pages = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      if (pathname !== "/") heard.push(pathname);
      return new Response("<!doctype html><link rel='icon' href='data:,'>", {
        headers: { "content-type": "text/html", "access-control-allow-origin": "*" },
      });
    },
  });
});
afterAll(() => pages?.stop(true));

async function upload(bytes: Uint8Array<ArrayBuffer>, filename: string): Promise<string> {
  const sent = await sendWhole(server, await server.token(), bytes, filename);
  const { tree_id: tree, photo_id: id, token } = await photoIn(sent);
  return `${server.url}/${tree}/${id}/${token}/original`;
}

/** A page of another site than the files'. */
async function elsewhere(options: VisitOptions = {}): Promise<Page> {
  const url = `http://127.0.0.1:${pages.port}/`;
  return (await browser.open(url, { allowed: [server.url], ...options })).page;
}

/** A tone of so many seconds: 8-bit PCM, which every browser plays and winds. */
function wav(seconds: number): Uint8Array<ArrayBuffer> {
  const rate = 44_100;
  const bytes = Buffer.alloc(44 + rate * seconds);
  bytes.write("RIFF", 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write("WAVEfmt ", 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(rate, 24);
  bytes.writeUInt32LE(rate, 28);
  bytes.writeUInt16LE(1, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write("data", 36);
  bytes.writeUInt32LE(bytes.length - 44, 40);
  for (let at = 44; at < bytes.length; at += 1) bytes[at] = 128 + 100 * Math.sin(at / 20);
  return new Uint8Array(bytes);
}

test("a picture: shown by its address with ?inline=1, embedded, drawn and read by other sites' pages", async () => {
  const link = await upload(png(), "one.png");
  const page = await elsewhere();
  const opened = await page.goto(`${link}?inline=1`);
  expect(opened?.status()).toBe(200);
  expect(await page.evaluate(() => document.images[0]?.naturalWidth)).toBe(1);
  await page.goto(`http://127.0.0.1:${pages.port}/`);
  const seen = await page.evaluate(async (address) => {
    const image = new Image();
    image.crossOrigin = "anonymous";
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    context?.drawImage(image, 0, 0);
    // Would throw for a picture that the page may not read.
    const pixels = context?.getImageData(0, 0, 1, 1).data.length;
    // A range that browsers ask for leave for.
    const part = await fetch(address, { headers: { range: "bytes=1-3", "if-range": '"x"' } });
    const [whole, several] = await Promise.all([
      part.arrayBuffer(),
      fetch(address, { headers: { range: "bytes=1-3" } }),
    ]);
    return {
      pixels,
      whole: whole.byteLength,
      part: await several.text(),
      range: several.headers.get("content-range"),
      etag: several.headers.get("etag"),
    };
  }, link);
  expect(seen).toMatchObject({ pixels: 4, whole: png().length, part: "PNG" });
  expect(seen.range).toBe(`bytes 1-3/${png().length}`);
  expect(seen.etag).toMatch(/^"\d+-\d+"$/);
}, 60_000);

test("a picture without ?inline=1 is a download", async () => {
  const link = await upload(png(), "one.png");
  const page = await elsewhere();
  const download = page.waitForEvent("download");
  await page.goto(link).catch(() => undefined);
  expect((await download).suggestedFilename()).toBe("one.png");
});

test("the browser asks again each time, and has the picture from its own store meanwhile; with ?v= it does not ask", async () => {
  const link = await upload(png(), "kept.png");
  const page = await elsewhere();
  const path = new URL(link).pathname;
  const { data } = (await (
    await fetch(
      `${server.url}/api/2/photo/list?photo_id=${path.split("/")[2]}&token=${path.split("/")[3]}`,
    )
  ).json()) as { data: { original_version: number }[] };
  const read = (address: string) =>
    page.evaluate(async (at) => (await (await fetch(at)).arrayBuffer()).byteLength, address);
  const asked = () =>
    server
      .log()
      .split("\n")
      .filter((line) => line.includes("/:format"))
      .map((line) => JSON.parse(line) as { method: string; status: number })
      .map(({ method, status }) => `${method} ${status}`);
  const before = asked();
  expect(await read(link)).toBe(png().length);
  expect(await read(link)).toBe(png().length);
  const kept = `${link}?v=${data[0]?.original_version}`;
  expect(await read(kept)).toBe(png().length);
  expect(await read(kept)).toBe(png().length);
  // Each line is written behind its answer.
  const four = ["GET 200", "GET 200", "GET 304", "HEAD 200"];
  await fetch(link, { method: "HEAD" });
  await expectSoon(() => asked().slice(before.length).toSorted(), four);
});

test("sound that is wound to its end: only that part is fetched", async () => {
  const seconds = 240;
  const link = await upload(wav(seconds), "tone.wav");
  const page = await elsewhere();
  const ranges: string[] = [];
  page.on("request", (request) => {
    const { range } = request.headers();
    if (request.url().startsWith(link) && range) ranges.push(range);
  });
  const wound = await page.evaluate(
    async ([address, to]) => {
      const audio = new Audio();
      audio.preload = "metadata";
      audio.muted = true;
      audio.src = `${address}?inline=1`;
      await new Promise((resolve, reject) => {
        audio.addEventListener("loadedmetadata", resolve, { once: true });
        audio.addEventListener("error", () => reject(new Error(audio.error?.message)));
      });
      audio.currentTime = Number(to);
      await new Promise((resolve) => audio.addEventListener("seeked", resolve, { once: true }));
      return { duration: audio.duration, at: audio.currentTime };
    },
    [link, String(seconds - 5)],
  );
  expect(wound.duration).toBeCloseTo(seconds, 0);
  expect(wound.at).toBeCloseTo(seconds - 5, 0);
  expect(ranges[0]).toBe("bytes=0-");
  await until("its end was asked for", () => {
    const starts = ranges.map((range) => Number(/^bytes=(\d+)-/.exec(range)?.[1]));
    return Math.max(...starts) > 44_100 * (seconds - 60);
  });
}, 60_000);

test("sound opened by its address plays in the browser's window", async () => {
  const link = await upload(wav(2), "tone.wav");
  const page = await elsewhere();
  await page.goto(`${link}?inline=1`);
  const playing = await page.evaluate(async () => {
    const media = document.querySelector("video, audio") as HTMLMediaElement | null;
    if (!media) return "no player";
    media.muted = true;
    await media.play();
    return media.duration;
  });
  expect(playing).toBeCloseTo(2, 1);
}, 60_000);

test("markup, programs and PDF are never shown or run, also where ?inline=1 asks for it", async () => {
  const tell = (what: string) => `fetch("http://127.0.0.1:${pages.port}/${what}")`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload='${tell("svg")}'><script>${tell("svg")}</script></svg>`;
  const files: [string, string][] = [
    ["x.html", `<!doctype html><script>${tell("html")}</script>`],
    ["x.svg", svg],
    ["y.svg", `<?xml version="1.0"?>${svg}`],
    ["x.js", tell("js")],
    ["x.pdf", `%PDF-1.7\n<script>${tell("pdf")}</script>`],
  ];
  const links: string[] = [];
  for (const [name, words] of files) {
    links.push(`${await upload(new TextEncoder().encode(words), name)}?inline=1`);
  }
  // A picture with a page in it: it is shown as a picture.
  const mixed = Buffer.concat([png(), Buffer.from(`<script>${tell("png")}</script>`)]);
  const polyglot = `${await upload(new Uint8Array(mixed), "x.html")}?inline=1`;
  // What is embedded and may not be is complained of.
  const page = await elsewhere({ mayComplain: /./ });
  for (const link of links) {
    const download = page.waitForEvent("download");
    await page.goto(link).catch(() => undefined);
    expect((await download).suggestedFilename()).not.toMatch(/\.(html|svg|m?js)$/);
  }
  await page.goto(polyglot);
  expect(await page.evaluate(() => document.contentType)).toBe("image/png");
  await page.goto(`http://127.0.0.1:${pages.port}/`);
  await page.evaluate(
    async (addresses) => {
      const settled: Promise<unknown>[] = [];
      const add = (name: string, attributes: Record<string, string>) => {
        const element = Object.assign(document.createElement(name), attributes);
        settled.push(
          new Promise((resolve) => {
            for (const event of ["load", "error"]) element.addEventListener(event, resolve);
            setTimeout(resolve, 1500);
          }),
        );
        document.body.append(element);
      };
      for (const address of addresses) {
        for (const name of ["iframe", "embed", "img", "script"]) add(name, { src: address });
        add("object", { data: address });
        add("link", { rel: "stylesheet", href: address });
        add("script", { type: "module", src: address });
      }
      await Promise.all(settled);
    },
    [...links, polyglot],
  );
  // The page itself can tell: what would have run, would have been heard.
  await page.evaluate(tell("control"));
  expect(heard).toEqual(["/control"]);
}, 60_000);
