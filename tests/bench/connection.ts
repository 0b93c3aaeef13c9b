/** An answer, and when things happened (milliseconds of performance.now). */
export type Exchange = {
  status: number;
  location: string | undefined;
  text: string;
  begunAt: number;
  /** The last byte was handed to the system. */
  sentAt: number;
  answeredAt: number;
};

export type Connection = {
  exchange(pieces: Uint8Array[]): Promise<Exchange>;
  end(): void;
};

/**
 * One keep-alive connection. Requests are prebuilt and answers parsed by hand: `fetch` and
 * `FormData` cost more than the servers that are measured here.
 * @param rate bytes in a second, in small portions as a line brings them
 */
export async function connect(port: number, rate = Infinity): Promise<Connection> {
  let queue: Uint8Array[] = [];
  let offset = 0;
  let received: Buffer = Buffer.alloc(0);
  let begunAt = 0;
  let sentAt = 0;
  let waiting: { resolve(exchange: Exchange): void; reject(error: Error): void } | undefined;
  let ended = false;
  let allowed = rate === Infinity ? Infinity : 0;
  if (rate !== Infinity) {
    let last = performance.now();
    setInterval(() => {
      const now = performance.now();
      // A timer that comes late does not save up for a burst.
      allowed = Math.min(allowed + ((now - last) / 1000) * rate, rate / 50);
      last = now;
      pump();
    }, 1).unref();
  }

  function fail(why: string): void {
    if (!ended) waiting?.reject(new Error(why));
  }

  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: {
      data: (_, bytes) => {
        received = received.length === 0 ? Buffer.from(bytes) : Buffer.concat([received, bytes]);
        const answer = parse(received);
        if (!answer || !waiting) return;
        if (queue.length > 0) return fail(`answered before its end: ${answer.text}`);
        const { resolve } = waiting;
        waiting = undefined;
        received = Buffer.alloc(0);
        resolve({ ...answer, begunAt, sentAt, answeredAt: performance.now() });
      },
      drain: () => pump(),
      close: () => fail("the server closed the connection"),
      error: (_, error) => fail(error.message),
    },
  });

  function pump(): void {
    for (;;) {
      const piece = queue[0];
      if (!piece || allowed < 1) return;
      const portion = Math.min(piece.length - offset, Math.floor(allowed));
      const written = socket.write(piece, offset, portion);
      if (written < 0) return fail("the connection is closed");
      offset += written;
      allowed -= written;
      if (written < portion) return;
      if (offset < piece.length) continue;
      queue.shift();
      offset = 0;
      if (queue.length === 0) sentAt = performance.now();
    }
  }

  return {
    exchange: (pieces) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        queue = pieces.filter((piece) => piece.length > 0);
        begunAt = performance.now();
        pump();
      }),
    end: () => {
      ended = true;
      socket.end();
    },
  };
}

function parse(received: Buffer): Pick<Exchange, "status" | "location" | "text"> | undefined {
  const headEnd = received.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const head = received.toString("latin1", 0, headEnd);
  const status = Number(head.slice(9, 12));
  const location = /\r\nlocation: *([^\r]+)/i.exec(head)?.[1];
  const body = received.subarray(headEnd + 4);
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
    // Its text is of no use here; only its end is.
    return body.toString("latin1").endsWith("0\r\n\r\n")
      ? { status, location, text: "" }
      : undefined;
  }
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
  if (body.length < length) return undefined;
  return { status, location, text: body.toString("utf8") };
}
