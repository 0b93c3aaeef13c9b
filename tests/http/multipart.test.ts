import { expect, test } from "bun:test";
import fc from "fast-check";
import { ENOUGH, readMultipart, type PartHeader } from "../../src/http/multipart.ts";

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
  const parts: { header: PartHeader; content: Buffer }[] = [];
  await readMultipart(inPieces(bytes, cuts), BOUNDARY, async (header) => {
    const pieces: Buffer[] = [];
    return {
      take: (piece) => void pieces.push(Buffer.from(piece)),
      end: () => void parts.push({ header, content: Buffer.concat(pieces) }),
    };
  });
  return parts;
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

test("nothing more is read once it is enough", async () => {
  let begun = 0;
  await readMultipart(
    inPieces(form([Buffer.from("a"), Buffer.from("b")]), []),
    BOUNDARY,
    async () => {
      begun += 1;
      return ENOUGH;
    },
  );
  expect(begun).toBe(1);
});
