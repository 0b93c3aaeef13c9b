import { expect, test } from "bun:test";
import { join } from "node:path";
import { takesGzip } from "../../src/http/web-asset.ts";
import { webAssets } from "../../src/web/assets.ts";
import { siteForAll } from "../support/lifetime.ts";

/** Bytes of script that a page may cost a phone, compressed as they are sent. */
const MOST = { "upload-page": 40_000, "archive-page": 120_000 } as const;

const site = siteForAll();

/** The length of what is sent, which the client here would unpack. */
async function sentLength(name: string, accepted: string): Promise<number> {
  const answer = await site.call(`/web-assets/${name}`, {
    headers: { "accept-encoding": accepted },
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("vary")).toContain("Accept-Encoding");
  expect(answer.headers.get("content-encoding")).toBe(accepted === "gzip" ? "gzip" : null);
  return (await answer.bytes()).length;
}

/** Scripts of other pages alone, by what their names begin with. Whatever else there is counts for each page. */
const NOT_LOADED = {
  "upload-page": ["archive-page"],
  "archive-page": ["upload-page", "preview-worker"],
} as const;

/** Scripts of a page, what it loads later too (a worker's). */
function namesOf(page: keyof typeof MOST): string[] {
  return [...webAssets.keys()].filter(
    (name) => name.endsWith(".js") && !NOT_LOADED[page].some((other) => name.startsWith(other)),
  );
}

/** What the README's table says of a page: kB of its scripts together, and at most. */
async function saidInReadme(page: keyof typeof MOST): Promise<{ weight: number; most: number }> {
  const readme = await Bun.file(join(import.meta.dir, "../../README.md")).text();
  const row = page === "upload-page" ? "upload page" : "archive";
  const [, weights = "", most] =
    new RegExp(`^\\| ${row} +\\| ([^|]+) \\| (\\d+) kB +\\|$`, "m").exec(readme) ?? [];
  const each = [...weights.matchAll(/([\d.]+) kB/g)].map(([, number]) => Number(number));
  return { weight: each.reduce((sum, number) => sum + number, 0), most: Number(most) };
}

test.each(Object.entries(MOST) as [keyof typeof MOST, number][])(
  "the script of %s is at most %d bytes, compressed, and what the README says",
  async (page, most) => {
    const rows: string[] = [];
    let weight = 0;
    for (const name of namesOf(page)) {
      const [plain, sent] = [await sentLength(name, "identity"), await sentLength(name, "gzip")];
      rows.push(`${name.replace(/\.[0-9a-z]+\.js$/, ".js")}: ${sent} bytes (${plain} unpacked)`);
      weight += sent;
    }
    console.log(rows.join("\n"));
    expect(rows.length).toBeGreaterThan(0);
    expect(weight).toBeLessThanOrEqual(most);
    const said = await saidInReadme(page);
    expect(said.most * 1000).toBe(most);
    // Rounded up, so that a byte more is no other number; and no number of long ago.
    expect(weight / 1000).toBeLessThanOrEqual(said.weight);
    expect(weight / 1000).toBeGreaterThan(said.weight * 0.93);
  },
);

test.each([
  ["gzip, deflate, br, zstd", true],
  ["br;q=1.0, GZIP ; q=0.5", true],
  ["gzip;q=0", false],
  ["gzip;q=0.000, br", false],
  ["x-gzip, gzipped", false],
  ["", false],
  [null, false],
])("Accept-Encoding %p: %p", (accepted, expected) => {
  expect(takesGzip(accepted)).toBe(expected);
});
