import { expect, test } from "bun:test";
import { statfs } from "node:fs/promises";
import { chunkFields, pieces, type Piece, type Plan } from "../support/chunks.ts";
import { mp4, png } from "../support/media.ts";
import { photosOf, sendWhole, sha256, storedHash } from "../support/over-http.ts";
import { serverForAll } from "../support/lifetime.ts";
import { BOUNDARY, openWire, partHead, requestHead, type Wire } from "../support/wire.ts";

/**
 * The vendor's command-line uploader (protocol 7; issue 7, 17): five chunks at once, each with its file
 * part first and the upload token last. It reads nothing of the answers, so it tries nothing again.
 */

const server = serverForAll();

const AT_ONCE = 5;
const MIB = 1024 * 1024;

/** What it sends behind the file: its parameters, and at the very end the token. */
function behindTheFile(plan: Plan, { number, start, end }: Piece, token: string): Buffer {
  const fields = [
    ...chunkFields(plan, number),
    ["resumableTotalChunks", String(Math.ceil(plan.totalSize / plan.chunkSize))],
    ["resumableCurrentChunkSize", String(end - start)],
    ["resumableType", "video/mp4"],
    ["resumableRelativePath", plan.filename],
    ["upload_token", token],
  ];
  const parts = fields.map(([name = "", value = ""]) =>
    Buffer.concat([CRLF, partHead(BOUNDARY, { name }), Buffer.from(value)]),
  );
  return Buffer.concat([...parts, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
}

const CRLF = Buffer.from("\r\n");

class Client {
  readonly plan: Plan;
  readonly pieces: Piece[];

  constructor(
    readonly file: Uint8Array,
    readonly token: string,
    filename: string,
    chunkSize: number,
  ) {
    this.plan = { identifier: filename, filename, chunkSize, totalSize: file.length };
    this.pieces = pieces(this.plan, true);
  }

  /** Begins a chunk's request with the file, and leaves what says whose it is unsent. */
  async begin(piece: Piece): Promise<Wire> {
    const wire = await openWire(server.port);
    const head = partHead(BOUNDARY, { name: "file", filename: this.plan.filename });
    const rest = behindTheFile(this.plan, piece, this.token).length;
    const length = head.length + piece.end - piece.start + rest;
    await wire.send(requestHead({ "content-length": length }, { path: PATH }));
    await wire.send(Buffer.concat([head, this.file.subarray(piece.start, piece.end)]));
    return wire;
  }

  async end(wire: Wire, piece: Piece): Promise<string> {
    await wire.send(behindTheFile(this.plan, piece, this.token));
    const { status, text } = await wire.answer();
    wire.cut();
    expect([status, text]).toEqual([200, text]);
    return text;
  }
}

const PATH = "/api/photo/redeem-upload-token";

test("two of them at once: one photo for each file, on tokens for one", async () => {
  const clients = [
    new Client(mp4(12 * MIB + 345, 1), await server.token(), "first.mp4", MIB),
    new Client(mp4(11 * MIB + 678, 2), await server.token(), "second.mp4", MIB),
  ];
  // All ten are there with their bytes before one has said to what file they belong.
  const begun = await Promise.all(
    clients.flatMap((client) =>
      client.pieces
        .slice(0, AT_ONCE)
        .map(async (piece) => ({ client, piece, wire: await client.begin(piece) })),
    ),
  );
  const answers = new Map<Client, string[]>(clients.map((client) => [client, []]));
  const waiting = new Map(clients.map((client) => [client, client.pieces.slice(AT_ONCE)]));
  await Promise.all(
    begun.map(async ({ client, ...first }) => {
      let next: { piece: Piece; wire: Wire } | undefined = first;
      while (next) {
        answers.get(client)?.push(await client.end(next.wire, next.piece));
        const piece = waiting.get(client)?.shift();
        next = piece && { piece, wire: await client.begin(piece) };
      }
    }),
  );
  for (const client of clients) {
    const told = answers.get(client) ?? [];
    expect(told).toHaveLength(client.pieces.length);
    // The one that completes the file has the outcome.
    expect(told.filter((text) => text !== "ok")).toHaveLength(1);
    const photos = photosOf(server).filter(({ filename }) => filename === client.plan.filename);
    expect(photos).toMatchObject([{ size: client.file.length }]);
    for (const photo of photos) expect(await storedHash(server, photo)).toBe(sha256(client.file));
    // It was the token's only use.
    expect((await sendWhole(server, client.token, png())).status).toBe(404);
  }
});

/** Free bytes that ten chunks of 100 MB need: they may be a quarter of what lies beyond the reserve. */
const NEEDED = 4 * 10 * 100_000_000 + 512 * MIB;

test("ten chunks of 100 MB that have not said whose they are find room", async () => {
  const { bavail, bsize } = await statfs(server.folder);
  if (bavail * bsize < NEEDED) {
    console.warn(`skipped: ten such chunks need ${NEEDED} bytes free, there are ${bavail * bsize}`);
    return;
  }
  const begin = new Uint8Array(MIB);
  const wires: Wire[] = [];
  try {
    for (let index = 0; index < 2 * AT_ONCE; index += 1) {
      const wire = await openWire(server.port);
      wires.push(wire);
      await wire.send(requestHead({ "content-length": 100_000_600 }, { path: PATH }));
      await wire.send(partHead(BOUNDARY, { name: "file", filename: `${index}.mp4` }));
      await wire.send(begin);
    }
    const refused = Promise.race(wires.map((wire) => wire.answer())).then(
      ({ status, text }) => `refused: ${status} ${text}`,
      (error: Error) => `refused: ${error.message}`,
    );
    // Behind them another file comes whole, its token last as well.
    const small = mp4(2000, 3);
    const client = new Client(small, await server.token(), "third.mp4", 4000);
    const piece = client.pieces[0] as Piece;
    const third = client.begin(piece).then((wire) => client.end(wire, piece));
    expect(await Promise.race([refused, third])).toContain("<photo_id>");
  } finally {
    for (const wire of wires) wire.cut();
  }
});
