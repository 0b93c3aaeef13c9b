import { describe, expect, test } from "bun:test";
import { chunkFields as documented } from "../../src/http/photo/redeem-fields.ts";
import { chunkFields, type Plan } from "../support/chunks.ts";
import { png } from "../support/media.ts";
import { formOf, redeem, type Part } from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";

const site = siteForAll();

const file = png(2000);
const plan: Plan = {
  identifier: "2000-cat",
  filename: "cat.png",
  chunkSize: 1000,
  totalSize: 2000,
};
const bytes = file.slice(0, 1000);

type Fields = Record<string, string>;
type Way = [name: string, send: (fields: Fields) => Promise<Response>];

const parts = (fields: Fields): Part[] => Object.entries(fields);

/** Where a request may say its fields. */
const WAYS: Way[] = [
  [
    "a form, before the file",
    (fields) => redeem(site, formOf([...parts(fields), ["file", bytes]])),
  ],
  [
    "a form, behind the file",
    (fields) => redeem(site, formOf([["file", bytes], ...parts(fields)])),
  ],
  [
    "the query of a form",
    (fields) =>
      redeem(site, formOf([["file", bytes]]), { query: `${new URLSearchParams(fields)}` }),
  ],
  [
    "the query of octets",
    (fields) => {
      const headers = { "content-type": "application/octet-stream" };
      return redeem(site, bytes, { query: `${new URLSearchParams(fields)}`, headers });
    },
  ],
  [
    "the question for a chunk",
    (fields) => site.call(`/api/2/photo/redeem-upload-token?${new URLSearchParams(fields)}`),
  ],
];

/** The fields of the first chunk, one of them changed. */
async function fieldsWith(name: string, value: string): Promise<Fields> {
  const whole = new Map(chunkFields(plan, 1));
  return { ...Object.fromEntries(whole), upload_token: await site.token(), [name]: value };
}

const NUMBERS = Object.entries(documented.properties)
  .filter(([, { type }]) => type === "integer")
  .map(([name]) => name);

test("what is documented as a number is what makes a chunk", () => {
  expect(NUMBERS).toEqual(["resumableChunkNumber", "resumableChunkSize", "resumableTotalSize"]);
});

describe.each(WAYS)("in %s", (_where, send) => {
  test.each(NUMBERS)("%s is held to what the document says of it", async (name) => {
    for (const value of ["one", "-1", "1.5", String(2 ** 53)]) {
      const answer = await send(await fieldsWith(name, value));
      expect([answer.status, await answer.text()]).toEqual([
        400,
        `${name} must be a whole number, not "${value}".`,
      ]);
    }
  });

  test("an identifier has 1024 characters at most", async () => {
    const answer = await send(await fieldsWith("resumableIdentifier", "x".repeat(1025)));
    expect(answer.status).toBe(400);
    expect(await answer.text()).toStartWith(
      'resumableIdentifier must be text of at most 1024 characters, not "xxx',
    );
    const longest = await send(await fieldsWith("resumableIdentifier", "x".repeat(1024)));
    expect([200, 204]).toContain(longest.status);
  });

  test.each(["resumableTotalChunks", "resumableType", "resumableRelativePath"])(
    "%s is never needed, so it may be anything",
    async (name) => {
      const answer = await send(await fieldsWith(name, "undefined"));
      expect([200, 204]).toContain(answer.status);
    },
  );
});
