import { afterEach, beforeAll, expect, test } from "bun:test";
import { png, textFile } from "../support/media.ts";
import { photosOf, sendWhole, sha256, storedHash } from "../support/over-http.ts";
import { nothingLeft, remainsOf, type Remains } from "../support/remains.ts";
import { serverForAll } from "../support/lifetime.ts";
import { BOUNDARY, multipart, openWire, requestHead, type Part } from "../support/wire.ts";

/** Forms that no browser sends. */

const FILE = png(20_000);

const server = serverForAll();
let before: Remains;
beforeAll(async () => {
  await sendWhole(server, await server.token(), png());
  before = await remainsOf(server);
});
afterEach(() => nothingLeft(server, before));

/** Sends a request on a connection of its own. */
async function post(body: Uint8Array, headers: Record<string, string | number> = {}, query = "") {
  using wire = await openWire(server.port);
  await wire.send(requestHead({ "content-length": body.length, ...headers }, { query }));
  await wire.send(body);
  return await wire.answer();
}

function formWith(token: string, ...others: Part[]): Buffer {
  return multipart(BOUNDARY, [
    { name: "upload_token", value: token },
    ...others,
    { name: "file", filename: "photo.png", value: FILE },
  ]);
}

/** The request has been refused, its token has not been used. */
async function refusedAndUnused(token: string, answer: { status: number; text: string }) {
  expect([answer.status, answer.text]).toEqual([
    400,
    expect.stringMatching(/^[A-Z].+\.$/) as unknown as string,
  ]);
  await nothingLeft(server, before);
  expect((await sendWhole(server, token, png())).status).toBe(200);
}

const UNREADABLE: [what: string, contentType: string][] = [
  ["a boundary that is not the body's", "multipart/form-data; boundary=something-else"],
  ["no boundary", "multipart/form-data"],
  ["an empty boundary", "multipart/form-data; boundary="],
  ["two content types", "multipart/form-data; boundary=a, multipart/form-data; boundary=b"],
  ["another multipart type", `multipart/mixed; boundary=${BOUNDARY}`],
  ["a type that is none", "%1f%8b;;;=="],
  ["gzip as its type", "application/gzip"],
  ["text as its type", "text/plain"],
  ["a form's type in capitals, without boundary", "MULTIPART/FORM-DATA"],
];

test.each(UNREADABLE)("a body with %s is refused", async (_what, type) => {
  const token = await server.token();
  const answer = await post(formWith(token), { "content-type": type }, `upload_token=${token}`);
  await refusedAndUnused(token, answer);
});

test("a compressed body is not a form", async () => {
  const token = await server.token();
  const form = formWith(token, { name: "text", value: textFile(100_000) });
  // The boundary of a file that cannot be compressed would be found in it as it is.
  const body = Bun.gzipSync(Uint8Array.from(form.subarray(0, form.indexOf("filename="))));
  await refusedAndUnused(token, await post(body, { "content-encoding": "gzip" }));
});

test("a part header of 1 MB is refused", async () => {
  const token = await server.token();
  const huge = formWith(token, { name: "x".repeat(1024 * 1024), value: "y" });
  await refusedAndUnused(token, await post(huge));
  const inTheFile = multipart(BOUNDARY, [
    { name: "upload_token", value: token },
    { name: "file", filename: `${"x".repeat(1024 * 1024)}.png`, value: FILE },
  ]);
  await refusedAndUnused(await server.token(), await post(inTheFile));
});

test("thousands of parts are refused, fields and files", async () => {
  const many = Array.from({ length: 5000 }, (_, index) => ({ name: `f${index}`, value: "v" }));
  const token = await server.token();
  await refusedAndUnused(token, await post(formWith(token, ...many)));
  const files = many.map((part) => ({ ...part, filename: "more.png" }));
  const another = await server.token();
  await refusedAndUnused(another, await post(formWith(another, ...files)));
});

test("a field too large to be one is refused", async () => {
  const token = await server.token();
  const large = { name: "title", value: "x".repeat(1024 * 1024) };
  await refusedAndUnused(token, await post(formWith(token, large)));
});

test("two files in a form are refused, and neither is kept", async () => {
  const token = await server.token({ max_uploads: 2 });
  const count = photosOf(server).length;
  const second = { name: "file", filename: "second.png", value: png(300) };
  const answer = await post(formWith(token, second));
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text)).toMatchObject({
    code: "invalid_input",
    message: "There is more than one file in the form: send one file with a request.",
  });
  expect(photosOf(server)).toHaveLength(count);
});

test("fields named like an object's own members are fields", async () => {
  const token = await server.token({ return_url: "http://backend.example/done?a=1" });
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "prototype"];
  const fields = names.map((name) => ({ name, value: `the ${name}` }));
  const answer = await post(formWith(token, ...fields));
  expect(answer.status).toBe(301);
  const back = new URL(answer.headers.get("location") ?? "");
  for (const name of names) expect(back.searchParams.get(name)).toBe(`the ${name}`);
});

const NAMES: [sent: string, kept: string][] = [
  ["../../etc/passwd", "passwd"],
  ["../../../", ""],
  ["C:\\x\\y.png", "y.png"],
  ["/absolute/path.png", "path.png"],
  ["..", ""],
  ["naïve – 写真 📷.png", "naïve – 写真 📷.png"],
  ["%2e%2e%2fetc.png", "%2e%2e%2fetc.png"],
];

test.each(NAMES)("a file named %j is a photo named %j", async (sent, kept) => {
  const answer = await post(
    multipart(BOUNDARY, [
      { name: "upload_token", value: await server.token() },
      { name: "file", filename: sent, value: FILE },
    ]),
  );
  expect(answer.status).toBe(200);
  const photo = photosOf(server).at(-1);
  expect(photo?.filename).toBe(kept);
  expect(photo && (await storedHash(server, photo))).toBe(sha256(FILE));
});

test.each(["photo.png\0.txt", 'a";b.png'])("a file named %j is no file", async (filename) => {
  const token = await server.token();
  const photos = photosOf(server).length;
  const answer = await post(
    multipart(BOUNDARY, [
      { name: "upload_token", value: token },
      { name: "file", filename, value: FILE },
    ]),
  );
  expect(answer.status).toBe(400);
  expect(photosOf(server)).toHaveLength(photos);
  expect((await sendWhole(server, token, png())).status).toBe(200);
});

test("a NUL in resumableFilename is left out", async () => {
  const token = await server.token();
  const answer = await post(
    formWith(token, { name: "resumableFilename", value: "a\0b\r\n/c\0d.png" }),
  );
  expect(answer.status).toBe(200);
  expect(photosOf(server).at(-1)?.filename).toBe("cd.png");
});

test("the answer comes at the closing boundary, though a byte more was promised", async () => {
  const token = await server.token();
  const body = formWith(token);
  for (const cut of [0, 2]) {
    // With and without the line end behind the boundary.
    using wire = await openWire(server.port);
    const mine = cut === 0 ? token : await server.token();
    const sent = cut === 0 ? body : formWith(mine).subarray(0, -cut);
    await wire.send(requestHead({ "content-length": sent.length + 1 }));
    await wire.send(sent);
    expect((await wire.answer()).status).toBe(200);
    const photo = photosOf(server).at(-1);
    expect(photo && (await storedHash(server, photo))).toBe(sha256(FILE));
  }
});

test("chunked transfer encoding is taken, in pieces of any size", async () => {
  const body = formWith(await server.token());
  using wire = await openWire(server.port);
  await wire.send(requestHead({ "transfer-encoding": "chunked" }));
  for (let at = 0, size = 1; at < body.length; at += size, size = (size * 7) % 4093) {
    const piece = body.subarray(at, at + size);
    await wire.send(`${piece.length.toString(16)}\r\n`);
    await wire.send(piece);
    await wire.send("\r\n");
  }
  await wire.send("0\r\n\r\n");
  expect((await wire.answer()).status).toBe(200);
  const photo = photosOf(server).at(-1);
  expect(photo && (await storedHash(server, photo))).toBe(sha256(FILE));
});

test("a broken transfer encoding leaves nothing", async () => {
  const token = await server.token();
  const body = formWith(token);
  using wire = await openWire(server.port);
  await wire.send(requestHead({ "transfer-encoding": "chunked" }));
  await wire.send(`2000\r\n`);
  await wire.send(body.subarray(0, 0x2000));
  await wire.send("\r\nno number\r\n");
  await wire.closed;
  await nothingLeft(server, before);
  expect((await sendWhole(server, token, png())).status).toBe(200);
});

test("no body at all is refused in words", async () => {
  const token = await server.token();
  for (const query of ["", `upload_token=${token}`]) {
    const answer = await post(new Uint8Array(), { "content-length": 0 }, query);
    expect([answer.status, answer.text]).toEqual(
      query === ""
        ? [404, "The upload token is invalid."]
        : [400, expect.stringContaining("The file is missing") as unknown as string],
    );
  }
  expect((await sendWhole(server, token, png())).status).toBe(200);
});
