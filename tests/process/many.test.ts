import { afterEach, expect, test } from "bun:test";
import { rowsOf } from "../support/database.ts";
import { linesOf } from "../support/log-lines.ts";
import { manyForm, MANY_PATH, outcomesIn, partsOf, type Small } from "../support/many.ts";
import { png, textFile } from "../support/media.ts";
import { photosOf } from "../support/over-http.ts";
import { nothingLeft, remainsOf, until } from "../support/remains.ts";
import { API_KEY } from "../support/site.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { BOUNDARY, multipart, openWire, requestHead, type Part } from "../support/wire.ts";

/** Protocol 4.9, over real connections: they break, stall and flood in the middle of several files. */

let server: TestServer;
afterEach(() => server.stop());

const small = (index: number, size = 20_000): Small => ({
  name: `${index}.png`,
  bytes: png(size, index + 1),
});

const wireParts = (file: Small): Part[] =>
  partsOf(file).map(([name, value, filename]) => ({
    name,
    value,
    ...(filename === undefined ? {} : { filename }),
  }));

/** The body of some files, without the boundary that ends it. */
function bodyOf(token: string, files: readonly Small[]): Buffer {
  const parts = [{ name: "upload_token", value: token }, ...files.flatMap(wireParts)];
  const body = multipart(BOUNDARY, parts);
  return body.subarray(0, body.length - END.length);
}

const END = `--${BOUNDARY}--\r\n`;

const head = (length: number) => requestHead({ "content-length": length }, { path: MANY_PATH });

const send = (token: string, files: readonly Small[]) =>
  fetch(server.url + MANY_PATH, { method: "POST", body: manyForm({ upload_token: token }, files) });

/** Sends two files and a half, and waits until the two are photos. */
async function sendTwoAndHalf(token: string, files: [Small, Small, Small]) {
  const body = bodyOf(token, files);
  const before = photosOf(server).length;
  const wire = await openWire(server.port);
  await wire.send(head(body.length + END.length));
  await wire.send(body.subarray(0, body.length - 10_000));
  await until("two files are photos", () => photosOf(server).length - before === 2);
  return wire;
}

test("where the connection breaks the files before are there, and all may come again", async () => {
  server = await startServer();
  await outcomesIn(await send(await server.token(), [small(0)]));
  const before = await remainsOf(server);
  const token = await server.token({ max_uploads: 3 });
  const files: [Small, Small, Small] = [small(1), small(2), small(3)];
  (await sendTwoAndHalf(token, files)).cut();
  await until("the third is let go of", async () => (await usesOf(token)).reserved === 0);
  const outcomes = await outcomesIn(await send(token, files));
  expect(outcomes.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(photosOf(server).length).toBe(4);
  await nothingLeft(server, before);
});

test("kill -9 in the middle loses and doubles nothing that is sent again", async () => {
  server = await startServer();
  const token = await server.token({ max_uploads: 3 });
  const files: [Small, Small, Small] = [small(1), small(2), small(3)];
  using wire = await sendTwoAndHalf(token, files);
  await server.kill("SIGKILL");
  await wire.closed;
  server = await startServer({ folder: server.folder });
  const outcomes = await outcomesIn(await send(token, files));
  const ids = outcomes.map(({ photo_id }) => photo_id);
  expect([outcomes.map(({ status }) => status), new Set(ids).size]).toEqual([[200, 200, 200], 3]);
  expect(photosOf(server).map(({ size }) => size)).toEqual([20_000, 20_000, 20_000]);
});

test("kill -9 leaves the first files of a request, and those that come again stand behind them", async () => {
  server = await startServer();
  const names = Array.from({ length: 40 }, (_, index) => `${index}.png`);
  const named = (order: number) =>
    rowsOf<{ name: string }>(
      server,
      `select originals.filename as name from originals join photos on photos.id = photo_id where photos.token_id = ${order} order by photo_id`,
    ).map(({ name }) => name);
  for (const [round, made] of [1, 20].entries()) {
    const token = await server.token({ max_uploads: 40 });
    const files = names.map((_, index) => small(index));
    const sent = send(token, files).catch(() => undefined);
    await until("some are photos", () => named(round + 1).length >= made);
    await server.kill("SIGKILL");
    await sent;
    const left = named(round + 1);
    expect(left).toEqual(names.slice(0, left.length));
    server = await startServer({ folder: server.folder });
    const outcomes = await outcomesIn(await send(token, files));
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set([200]));
    expect(named(round + 1)).toEqual(names);
  }
});

test("a body that never ends is 408, and one that was cut off says nothing of its files", async () => {
  server = await startServer({ env: { REDEEM_STALL: "1s" } });
  const token = await server.token({ max_uploads: 3 });
  using wire = await sendTwoAndHalf(token, [small(1), small(2), small(3)]);
  const answer = await wire.answer();
  expect([answer.status, answer.headers.get("connection")]).toEqual([408, "close"]);
  expect(JSON.parse(answer.text)).toMatchObject({ status: "error", code: "request_timeout" });
  const body = bodyOf(token, [small(4)]).subarray(0, 5000);
  using short = await openWire(server.port);
  await short.send(head(body.length));
  await short.send(body);
  expect((await short.answer()).status).toBe(400);
  expect(photosOf(server).length).toBe(2);
});

test("a token that is revoked meanwhile takes nothing from then on", async () => {
  server = await startServer();
  const token = await server.token({ max_uploads: 9 });
  const files: [Small, Small, Small] = [small(1), small(2), small(3)];
  using wire = await sendTwoAndHalf(token, files);
  const [row] = rowsOf<{ id: number }>(server, "select id from upload_tokens");
  const revoked = await fetch(`${server.url}/api/2/upload-token/revoke`, {
    method: "POST",
    headers: { authorization: `Bearer ${API_KEY}` },
    body: new URLSearchParams({ token_id: String(row?.id) }),
  });
  expect(await revoked.json()).toMatchObject({ status: "ok" });
  await wire.send(bodyOf(token, files).subarray(-10_000));
  await wire.send(END);
  const { data: said } = JSON.parse((await wire.answer()).text) as {
    data: { files: { status: number; code?: string }[] };
  };
  expect(said.files.map(({ status }) => status)).toEqual([200, 200, 404]);
  expect(photosOf(server).length).toBe(2);
});

test("a file that another connection is sending may be tried again", async () => {
  server = await startServer();
  const token = await server.token({ max_uploads: 2 });
  const file = small(1);
  const alone = bodyOf(token, [file]);
  using wire = await openWire(server.port);
  await wire.send(requestHead({ "content-length": alone.length + 100 }));
  await wire.send(alone.subarray(0, alone.length - 5000));
  await until("the file has begun", async () => (await usesOf(token)).reserved === 1);
  const outcomes = await outcomesIn(await send(token, [file, small(2)]));
  expect(outcomes.map(({ status }) => status)).toEqual([503, 200]);
  expect(outcomes[0]).toMatchObject({ code: "temporarily_unavailable", retry_after: 1 });
});

async function usesOf(token: string): Promise<{ reserved: number }> {
  const url = `${server.url}/api/2/photo/upload-token-status?upload_token=${token}`;
  const { data } = (await (await fetch(url)).json()) as { data: { reserved: number } };
  return data;
}

const field = (length: number): Part => ({ name: "note", value: "n".repeat(length) });

test("a flood of parts, of bytes that are refused and of fields ends in words", async () => {
  server = await startServer();
  await outcomesIn(await send(await server.token(), [small(0)]));
  const before = await remainsOf(server);
  const token = await server.token({ max_uploads: 9 });
  const flood = async (parts: Part[]) => {
    const body = multipart(BOUNDARY, [{ name: "upload_token", value: token }, ...parts]);
    using wire = await openWire(server.port);
    await wire.send(head(body.length));
    await wire.send(body);
    const answer = await wire.answer();
    return [answer.status, (JSON.parse(answer.text) as { message: string }).message];
  };
  const file = wireParts(small(1));
  const parts = Array.from({ length: 10_000 }, () => field(1));
  expect(await flood([...parts, ...file])).toEqual([400, "The form has too many parts."]);
  expect(await flood([field(300_000), ...file])).toEqual([400, 'The field "note" is too long.']);
  const large = wireParts({ name: "large.txt", bytes: textFile(40_000_000) });
  const refused = "The files that are refused have more than 64 MiB together";
  const [status, message] = await flood([...large, ...large, ...file]);
  expect([status, String(message).split(":")[0]]).toEqual([400, refused]);
  await nothingLeft(server, before);
});

const FILE = "file of a request";

test("the log has a line for each file, with its photo or why it is none", async () => {
  server = await startServer();
  const token = await server.token({ max_uploads: 9 });
  const text = { name: "a.txt", bytes: textFile(100) };
  const [first] = await outcomesIn(await send(token, [small(1), text]));
  await until("the request is in the log", () =>
    linesOf(server).some(({ route }) => route === MANY_PATH),
  );
  const request = linesOf(server).find(({ route }) => route === MANY_PATH);
  const lines = linesOf(server).filter(({ event }) => event === FILE);
  expect(request).toMatchObject({ event: "request", status: 200 });
  expect(lines.map(({ photo, code }) => photo ?? code).toSorted()).toEqual([
    first?.photo_id,
    "file_not_supported",
  ] as never);
  for (const line of lines)
    expect(line).toMatchObject({ id: request?.["id"], client: "127.0.0.1" });
});

test("a large file that is a photo already is passed over whole, and those behind it are received", async () => {
  server = await startServer();
  const token = await server.token({ max_uploads: 2 });
  const large = small(1, 65 * 1024 * 1024);
  const of = { ...large, fields: { resumableChunkSize: String(large.bytes.length) } };
  const [once] = await outcomesIn(await send(token, [of]));
  const again = await outcomesIn(await send(token, [of, small(2)]));
  expect([again[0], again[1]?.status]).toEqual([once as never, 200]);
});

test("photos whose sender has gone meanwhile are in the log, too", async () => {
  server = await startServer();
  const token = await server.token({ max_uploads: 40 });
  const files = Array.from({ length: 40 }, (_, index) => small(index));
  const body = bodyOf(token, files);
  const wire = await openWire(server.port);
  await wire.send(head(body.length + 100_000));
  await wire.send(body);
  await until("some are photos", () => photosOf(server).length > 0);
  wire.cut();
  await until("it is in the log", () => linesOf(server).some(({ route }) => route === MANY_PATH));
  const logged = linesOf(server).filter(({ event, photo }) => event === FILE && photo);
  expect(logged.map(({ photo }) => photo).toSorted()).toEqual(
    photosOf(server)
      .map(({ id }) => id)
      .toSorted(),
  );
});
