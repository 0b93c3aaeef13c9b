import { expect, test } from "bun:test";
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

/** Files of a page: each is named after it, what it loads later too (a worker's script). */
function namesOf(page: string, ending: string): string[] {
  const others = Object.keys(MOST).filter((other) => other !== page);
  return [...webAssets.keys()].filter(
    (name) => name.endsWith(ending) && !others.some((other) => name.startsWith(other)),
  );
}

test.each(Object.entries(MOST))(
  "the script of %s is at most %d bytes, compressed",
  async (page, most) => {
    const rows: string[] = [];
    let weight = 0;
    for (const name of namesOf(page, ".js")) {
      const [plain, sent] = [await sentLength(name, "identity"), await sentLength(name, "gzip")];
      rows.push(`${name.replace(/\.[0-9a-z]+\.js$/, ".js")}: ${sent} bytes (${plain} unpacked)`);
      weight += sent;
    }
    console.log(rows.join("\n"));
    expect(rows.length).toBeGreaterThan(0);
    expect(weight).toBeLessThanOrEqual(most);
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
