import { beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { rowsOf } from "../support/database.ts";
import { serverForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { sendWhole } from "../support/over-http.ts";
import { photoIn } from "../support/redeem.ts";
import { openHandles, until } from "../support/remains.ts";

/** Parts of photos, and answers without a body, as Bun and the system send them. */

const MIB = 1024 * 1024;
const FILE = png(3 * MIB + 17);

const server = serverForAll();
let link: string;

beforeAll(async () => {
  const sent = await sendWhole(server, await server.token(), FILE);
  const { tree_id: tree, photo_id: id, token } = await photoIn(sent);
  link = `${server.url}/${tree}/${id}/${token}/original`;
  // The server reads the file once more, for its hash: here its open files are counted.
  const unhashed = "select 1 from originals where sha256 is null";
  await until("it is hashed", () => rowsOf(server, unhashed).length === 0);
});

const get = (headers: Record<string, string> = {}, method = "GET") =>
  fetch(link, { method, headers, keepalive: false });

const nothingOpen = () =>
  until("every file is closed", async () =>
    (await openHandles(server)).every((handle) => !handle.includes("/photos/")),
  );

describe("ranges", () => {
  test("50 at random: the very bytes, and what they are of", async () => {
    const range = fc.oneof(
      fc.tuple(fc.nat(FILE.length - 1), fc.nat(FILE.length)).map(([start, more]) => ({
        header: `bytes=${start}-${start + more}`,
        start,
        end: Math.min(FILE.length, start + more + 1),
      })),
      fc.nat(FILE.length - 1).map((start) => ({
        header: `bytes=${start}-`,
        start,
        end: FILE.length,
      })),
      fc.integer({ min: 1, max: FILE.length * 2 }).map((length) => ({
        header: `bytes=-${length}`,
        start: Math.max(0, FILE.length - length),
        end: FILE.length,
      })),
    );
    await fc.assert(
      fc.asyncProperty(range, async ({ header, start, end }) => {
        const answer = await get({ range: header });
        expect(answer.status).toBe(206);
        expect(answer.headers.get("content-range")).toBe(
          `bytes ${start}-${end - 1}/${FILE.length}`,
        );
        expect(answer.headers.get("content-length")).toBe(String(end - start));
        expect(Buffer.from(await answer.bytes()).equals(FILE.subarray(start, end))).toBe(true);
      }),
      { numRuns: 50 },
    );
    await nothingOpen();
  });

  test("several: a part for each, in the order of the request", async () => {
    const ranges = [
      [MIB, 2 * MIB],
      [0, 10],
      [FILE.length - 5, FILE.length],
    ] as const;
    const list = ranges.map(([start, end]) => `${start}-${end - 1}`).join(", ");
    const answer = await get({ range: `bytes=${list}` });
    expect(answer.status).toBe(206);
    expect(answer.headers.get("content-range")).toBeNull();
    expect(answer.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
    const [, boundary = ""] =
      /^multipart\/byteranges; boundary=(\w{32})$/.exec(answer.headers.get("content-type") ?? "") ??
      [];
    const wanted = ranges.flatMap(([start, end]) => [
      Buffer.from(
        `--${boundary}\r\nContent-Type: image/png\r\nContent-Range: bytes ${start}-${end - 1}/${FILE.length}\r\n\r\n`,
      ),
      FILE.subarray(start, end),
      Buffer.from("\r\n"),
    ]);
    const body = Buffer.concat([...wanted, Buffer.from(`--${boundary}--\r\n`)]);
    expect(Buffer.from(await answer.bytes()).equals(body)).toBe(true);
    await nothingOpen();
  });

  test.each([
    { range: "bytes=5-1" },
    { range: "bytes=x" },
    { range: "items=0-1" },
    { range: "bytes=0-1,x" },
    { range: `bytes=${"0-1,".repeat(65)}` },
    // Other bytes were meant.
    { range: "bytes=0-1", "if-range": '"1-2"' },
    { range: "bytes=0-1", "if-range": 'W/"1-2"' },
    { range: "bytes=0-1", "if-range": "Sun, 06 Nov 1994 08:49:37 GMT" },
    { range: "bytes=0-1,900-901", "if-range": '"1-2"' },
    { range: "bytes=99999999-", "if-range": '"1-2"' },
  ])("%p: the whole file", async (headers) => {
    const answer = await get(headers as Record<string, string>);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-range")).toBeNull();
    expect(answer.headers.get("content-length")).toBe(String(FILE.length));
    expect(Buffer.from(await answer.bytes()).equals(FILE)).toBe(true);
  });

  test("If-Range that names these bytes, by tag or by date: the part", async () => {
    const { headers } = await get({}, "HEAD");
    for (const name of ["etag", "last-modified"]) {
      const answer = await get({ range: "bytes=7-9", "if-range": headers.get(name) ?? "" });
      expect(answer.status).toBe(206);
      expect(await answer.bytes()).toEqual(FILE.slice(7, 10));
    }
  });

  test("behind the end: 416, and how long the file is", async () => {
    for (const range of [`bytes=${FILE.length}-`, "bytes=-0", "bytes=99999999-,-0"]) {
      const answer = await get({ range });
      expect(answer.status).toBe(416);
      expect(answer.headers.get("content-range")).toBe(`bytes */${FILE.length}`);
      expect(await answer.text()).toContain(`has ${FILE.length} bytes`);
    }
  });

  test.skipIf(!Bun.which("curl"))(
    "curl goes on with a download that broke (needs curl)",
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "redeem-curl-"));
      const part = join(folder, "part.png");
      try {
        await Bun.write(part, FILE.subarray(0, 1_234_567));
        const child = Bun.spawn(["curl", "-sS", "--fail", "-C", "-", "-o", part, link]);
        expect(await child.exited).toBe(0);
        expect(Buffer.from(await Bun.file(part).bytes()).equals(FILE)).toBe(true);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});

/** Status and headers, but for what is another one in each answer. */
function headersOf({ status, headers }: Response) {
  const { date: _, "x-request-id": __, connection: ___, ...rest } = Object.fromEntries(headers);
  return { status, ...rest };
}

describe("HEAD", () => {
  test.each([{}, { "if-none-match": "*" }, { "if-match": '"x"' }])(
    "%p: the headers of GET, and no body",
    async (conditions) => {
      const [head, whole] = await Promise.all([get(conditions, "HEAD"), get(conditions)]);
      expect(headersOf(head)).toEqual(headersOf(whole));
      expect((await head.bytes()).length).toBe(0);
    },
  );

  test("has no ranges: they are for GET alone", async () => {
    const answer = await get({ range: "bytes=0-1" }, "HEAD");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-length")).toBe(String(FILE.length));
  });
});

test("no answer without a body opens the file, or leaves it open", async () => {
  for (let round = 0; round < 20; round += 1) {
    const answers = await Promise.all([
      get({}, "HEAD"),
      get({ "if-none-match": "*" }),
      get({ "if-match": '"x"' }),
      get({ range: "bytes=99999999-" }),
    ]);
    for (const answer of answers) await answer.text();
  }
  await nothingOpen();
});
