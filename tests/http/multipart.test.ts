import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { readParts, type Part } from "../../src/http/multipart.ts";

const BOUNDARY = "--a-boundary";

/** The same bytes in pieces, cut where the network cuts them. */
async function* inPieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    if (cut > from && cut <= bytes.length) {
      yield bytes.subarray(from, cut);
      from = cut;
    }
  }
}

async function read(bytes: Buffer, cuts: readonly number[] = []) {
  const parts: { header: Omit<Part, "bytes">; content: Buffer }[] = [];
  for await (const { bytes: content, ...header } of readParts(inPieces(bytes, cuts), BOUNDARY)) {
    parts.push({ header, content: await gather(content) });
  }
  return parts;
}

async function gather(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** As body.ts hands pieces on: one is there until the next one is asked for. */
async function* released(bytes: Buffer, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) {
    const piece = new Uint8Array(bytes.subarray(at, at + length));
    yield piece;
    piece.buffer.transfer(0);
  }
}

async function* endless(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
  for (;;) yield Buffer.from("what comes behind it");
}

async function* cutBehind(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
  throw new Error("the line is cut");
}

function withHeaders(headers: string): Buffer {
  return Buffer.from(`--${BOUNDARY}\r\n${headers}\r\n\r\nx\r\n--${BOUNDARY}--`);
}

function form(contents: readonly Buffer[]): Buffer {
  const parts = contents.map((content, index) =>
    Buffer.concat([
      Buffer.from(
        `--${BOUNDARY}\r\nContent-Disposition: form-data; name="p${index}"; filename="f"\r\n\r\n`,
      ),
      content,
      Buffer.from("\r\n"),
    ]),
  );
  return Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

/** Content that is full of beginnings of a boundary. */
const nasty = fc
  .array(fc.constantFrom("\r", "\n", "-", `\r\n--`, `\r\n--${BOUNDARY.slice(0, -1)}`, "x", "\0"), {
    maxLength: 30,
  })
  .map((pieces) => Buffer.from(pieces.join("")));

test("whatever the content and wherever it is cut, what was sent is what is read", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(nasty, { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat({ max: 600 }), { maxLength: 60 }),
      async (contents, cuts) => {
        const parts = await read(form(contents), cuts);
        expect(parts.map(({ content }) => content.toString("latin1"))).toEqual(
          contents.map((content) => content.toString("latin1")),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test("a longer word that begins like the boundary is content", async () => {
  const content = Buffer.from(`a\r\n--${BOUNDARY}longer\r\nb`);
  expect((await read(form([content])))[0]?.content.toString()).toBe(content.toString());
});

/** A form with white space behind its first boundary. */
function padded(spaces: number): Buffer {
  return Buffer.from(
    `--${BOUNDARY}${" ".repeat(spaces)}\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--${BOUNDARY}--`,
  );
}

test("white space behind a boundary is passed over, but not without end", async () => {
  expect((await read(padded(100)))[0]?.content.toString()).toBe("x");
  await expect(read(padded(5000))).rejects.toThrow("Malformed boundary");
});

test("what ends without the closing boundary is refused", async () => {
  await expect(read(form([Buffer.from("x")]).subarray(0, -6))).rejects.toThrow("end of form");
});

describe("a part", () => {
  const contents = ["first", "second", "third"].map((text) => Buffer.from(text.repeat(20)));
  const bytes = form(contents);
  const everyByte = Array.from({ length: bytes.length }, (_, at) => at);

  test("that is not read, or not to its end, is passed over", async () => {
    for (const cuts of [[], everyByte]) {
      const seen: string[] = [];
      for await (const part of readParts(inPieces(bytes, cuts), BOUNDARY)) {
        if (part.name === "p0") continue;
        for await (const piece of part.bytes) {
          seen.push(`${part.name}: ${piece[0]}`);
          if (part.name === "p1") break;
        }
      }
      const third = cuts.length > 0 ? contents[2]?.length : 1;
      expect(seen.filter((piece) => piece.startsWith("p1"))).toEqual([`p1: ${"s".charCodeAt(0)}`]);
      expect(seen).toHaveLength(1 + (third ?? 0));
    }
  });

  test("can be gone on with after a break, until the next one is asked for", async () => {
    const parts = readParts(inPieces(bytes, everyByte), BOUNDARY);
    const { value: first } = await parts.next();
    const start: number[] = [];
    for await (const piece of first.bytes) {
      start.push(...piece);
      if (start.length === 7) break;
    }
    expect(Buffer.concat([Buffer.from(start), await gather(first.bytes)])).toEqual(contents[0]!);
    expect(await gather(first.bytes)).toEqual(Buffer.alloc(0));
    const { value: second } = await parts.next();
    expect(await gather(first.bytes)).toEqual(Buffer.alloc(0));
    expect(await gather(second.bytes)).toEqual(contents[1]!);
    await parts.return(undefined);
  });

  test("has its bytes handed on as they came, without a copy", async () => {
    const content = Buffer.alloc(500_000, "x");
    const body = form([content]);
    let shared = 0;
    for await (const part of readParts(inPieces(body, [100_000, 200_000]), BOUNDARY)) {
      for await (const piece of part.bytes) {
        if (piece.buffer === body.buffer) shared += piece.length;
      }
    }
    // The beginning of the body is joined with what may come before it.
    expect(shared).toBeGreaterThan(content.length - 5000);
  });

  test("is read from pieces whose memory is gone when the next one is asked for", async () => {
    const texts: string[] = [];
    for await (const part of readParts(released(bytes, 3), BOUNDARY)) {
      texts.push((await gather(part.bytes)).toString());
    }
    expect(texts).toEqual(contents.map(String));
  });
});

describe("the body is read no further", () => {
  const bytes = form([Buffer.from("a".repeat(1000)), Buffer.from("b")]);

  /** Pieces of 100 bytes, and what has become of the reading of them. */
  function watched() {
    const seen = { pieces: 0, ended: 0 };
    async function* pieces(): AsyncGenerator<Uint8Array> {
      try {
        for (let at = 0; at < bytes.length; at += 100) {
          seen.pieces += 1;
          yield bytes.subarray(at, at + 100);
        }
      } finally {
        seen.ended += 1;
      }
    }
    return { seen, parts: readParts(pieces(), BOUNDARY) };
  }

  test("once nobody asks for parts any more", async () => {
    const { seen, parts } = watched();
    for await (const part of parts) {
      expect(part.name).toBe("p0");
      break;
    }
    expect(seen).toEqual({ pieces: 1, ended: 1 });
  });

  test("where what is done with a part throws", async () => {
    const { seen, parts } = watched();
    const reading = (async () => {
      for await (const part of parts) {
        for await (const piece of part.bytes) throw new Error(`at ${piece.length}`);
      }
    })();
    await expect(reading).rejects.toThrow("at ");
    expect(seen).toEqual({ pieces: 1, ended: 1 });
  });

  test("behind its closing boundary", async () => {
    const { seen, parts } = watched();
    const names: (string | undefined)[] = [];
    for await (const part of parts) names.push(part.name);
    expect(names).toEqual(["p0", "p1"]);
    expect(seen.ended).toBe(1);
    for await (const part of readParts(endless(bytes), BOUNDARY)) expect(part.isFile).toBe(true);
  });

  test("where it breaks, and whoever reads a part is told why", async () => {
    const start = bytes.subarray(0, 500);
    const reading = (async () => {
      for await (const part of readParts(cutBehind(start), BOUNDARY)) await gather(part.bytes);
    })();
    await expect(reading).rejects.toThrow("the line is cut");
    const passing = (async () => {
      for await (const part of readParts(cutBehind(start), BOUNDARY)) expect(part.name).toBe("p0");
    })();
    await expect(passing).rejects.toThrow("the line is cut");
  });
});

describe("the headers of a part", () => {
  const disposition = "Content-Disposition: form-data";

  test.each([
    [`${disposition}; name="a"`, { name: "a", filename: undefined, isFile: false }],
    [`${disposition}; name="a"; filename="b.png"`, { name: "a", filename: "b.png", isFile: true }],
    [`${disposition}; name="a"; filename=""`, { name: "a", filename: "", isFile: true }],
    [
      `${disposition}; name="a"\r\nContent-Type: application/octet-stream`,
      { name: "a", filename: undefined, isFile: true },
    ],
    [
      `content-disposition:form-data;\r\n\tname="a"`,
      { name: "a", filename: undefined, isFile: false },
    ],
    [
      `${disposition}; name="a"; filename="C:\\x\\b.png"`,
      { name: "a", filename: "b.png", isFile: true },
    ],
    [
      `${disposition}; name="a"; filename="b"; filename*=utf-8''%C3%A6.png`,
      { name: "a", filename: "æ.png", isFile: true },
    ],
    ["X-Other: y", { name: undefined, filename: undefined, isFile: false }],
    ["Content-Disposition: inline", { name: undefined, filename: undefined, isFile: false }],
  ])("%p say what it is", async (headers, expected) => {
    const [part] = await read(withHeaders(headers));
    expect(part).toEqual({ header: expected, content: Buffer.from("x") });
  });

  test("may be missing", async () => {
    const [part] = await read(Buffer.from(`--${BOUNDARY}\r\n\r\nx\r\n--${BOUNDARY}--`));
    expect(part?.content.toString()).toBe("x");
    expect(part?.header.name).toBeUndefined();
  });

  test("have an end", async () => {
    const long = withHeaders(`${disposition}; name="${"a".repeat(17_000)}"`);
    const cuts = Array.from({ length: 17 }, (_, at) => at * 1000);
    await expect(read(long)).rejects.toThrow("Malformed part header");
    await expect(read(long, cuts)).rejects.toThrow("Malformed part header");
    const short = withHeaders(`${disposition}; name="${"a".repeat(15_000)}"`);
    expect((await read(short, cuts))[0]?.header.name).toHaveLength(15_000);
  });
});

test("a body that is not multipart, or has no part, is told apart from one that is", async () => {
  await expect(read(Buffer.from(""))).rejects.toThrow("Unexpected end of form");
  await expect(read(Buffer.from("a=b"))).rejects.toThrow("Unexpected end of form");
  expect(await read(Buffer.from(`--${BOUNDARY}--`))).toEqual([]);
  expect(await read(Buffer.from(`before\r\n--${BOUNDARY}--behind`))).toEqual([]);
});
