import { once } from "node:events";
import { createConnection, type Socket } from "node:net";

/** A TCP connection that a test writes to as it likes, byte by byte. */
export type Wire = {
  socket: Socket;
  /** Resolves when there is room for more. */
  send(bytes: Uint8Array | string): Promise<void>;
  /** The next answer, whole. Rejects where the connection ends before it. */
  answer(): Promise<WireAnswer>;
  /** Resolves when the server has closed, or reset, the connection. */
  closed: Promise<void>;
  /** Ends the connection at once; `using` does it too. */
  cut(): void;
  [Symbol.dispose](): void;
};

export type WireAnswer = { status: number; headers: Headers; text: string };

export async function openWire(port: number): Promise<Wire> {
  const socket = createConnection({ port, host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  let received = Buffer.alloc(0);
  let ended = false;
  const waiting = new Set<() => void>();
  const tell = () => {
    for (const look of waiting) look();
  };
  socket.on("data", (piece: Buffer) => {
    received = Buffer.concat([received, piece]);
    tell();
  });
  const closed = new Promise<void>((resolve) => {
    const end = () => {
      ended = true;
      tell();
      resolve();
    };
    // A reset is one of the ways a connection may end here.
    socket.on("error", end);
    socket.on("end", end);
    socket.on("close", end);
  });
  return {
    socket,
    closed,
    send: async (bytes) => {
      if (ended || socket.destroyed) return;
      if (socket.write(bytes)) return;
      await Promise.race([once(socket, "drain").catch(() => undefined), closed]);
    },
    answer: () =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = readAnswer(received, ended);
          if (!found && !ended) return;
          waiting.delete(look);
          if (!found) return reject(new Error(`closed after ${received.length} bytes`));
          received = received.subarray(found.length);
          resolve(found.answer);
        };
        waiting.add(look);
        look();
      }),
    cut: () => void socket.destroy(),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

function readAnswer(
  received: Buffer,
  ended: boolean,
): { answer: WireAnswer; length: number } | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [statusLine = "", ...lines] = received.subarray(0, end).toString("latin1").split("\r\n");
  const headers = new Headers(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
  const status = Number(statusLine.split(" ")[1]);
  const length = Number(headers.get("content-length") ?? "NaN");
  const start = end + 4;
  const stop = Number.isNaN(length) ? (ended ? received.length : undefined) : start + length;
  if (stop === undefined || received.length < stop) return undefined;
  const text = received.subarray(start, stop).toString("utf8");
  return { answer: { status, headers, text }, length: stop };
}

export type Part = {
  name: string;
  value: string | Uint8Array;
  /** Makes it a file; as it is, so that a test can say what no browser says. */
  filename?: string;
};

/** A multipart body, its parts as they come. */
export function multipart(boundary: string, parts: Part[]): Buffer {
  const pieces: (Buffer | Uint8Array)[] = [];
  for (const part of parts) pieces.push(partHead(boundary, part), bytesOf(part), CRLF);
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]);
}

const CRLF = Buffer.from("\r\n");

export function partHead(boundary: string, { name, filename }: Omit<Part, "value">): Buffer {
  const file =
    filename === undefined
      ? ""
      : `; filename="${filename}"\r\nContent-Type: application/octet-stream`;
  return Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`,
  );
}

function bytesOf({ value }: Part): Uint8Array {
  return typeof value === "string" ? Buffer.from(value) : value;
}

export const BOUNDARY = "----a-boundary-of-the-test";

/** The head of a request that redeems an upload token. */
export function requestHead(
  headers: Record<string, string | number>,
  { path = "/api/2/photo/redeem-upload-token", query = "", method = "POST" } = {},
): string {
  const lines = Object.entries({
    host: "127.0.0.1",
    "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path}${query && `?${query}`} HTTP/1.1\r\n${lines.join("")}\r\n`;
}
