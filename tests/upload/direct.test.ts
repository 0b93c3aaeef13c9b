import { expect, test } from "bun:test";
import type { Credentials } from "../../src/http/caller.ts";
import { upload } from "../../src/http/photo/upload.ts";
import { rowsOf } from "../support/database.ts";
import { siteForEach } from "../support/lifetime.ts";
import { NEW } from "../support/replacing.ts";

/** Whole files without a token, in forms that are too long for any chunk: they hold a use before they have come to their end. */

const site = siteForEach();

const MANY = 200 * 1024 * 1024;

/** A form that says it is that long, and what stands before its file and behind it. */
function receive(before: [string, string][], behind: [string, string][], bytes = NEW) {
  const { records, now, config, redeemer } = site.site;
  const context = {
    records,
    now,
    credentials: {} as Credentials,
    unlock: async () => undefined,
    maxSize: config.REDEEM_MAX_SIZE,
    types: config.REDEEM_TYPES,
  };
  const claim = upload.claim(context, { level: "write", userId: 3 }, 2);
  const all = new Map([...before, ...behind]);
  let during: unknown[] = [];
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, 1000);
    during = rowsOf(site, "select title from upload_tokens where direct = 1");
    yield bytes.subarray(1000);
  }
  const answer = redeemer.receive(
    { claim, params: new Map(before), partName: "a.png", range: undefined, origin: null },
    {
      length: MANY,
      moreParams: true,
      bytes: pieces(),
      rest: async () => ({ params: all, moreFiles: false }),
      endBy: () => undefined,
    },
  );
  return { answer, during: () => during };
}

const tokens = () => rowsOf(site, "select title, consumed from upload_tokens");

test("what is said behind it counts, and what was begun before goes", async () => {
  const { answer, during } = receive([["title", "First"]], [["title", "Last"]]);
  expect((await answer).kind).toBe("finished");
  expect(during()).toEqual([{ title: "First" }]);
  expect(tokens()).toEqual([{ title: "Last", consumed: 1 }]);
  expect(rowsOf(site, "select title, user_id from photos")).toEqual([
    { title: "Last", user_id: 3 },
  ]);
});

test("where nothing more is said, what was begun is the photo's", async () => {
  expect((await receive([["title", "First"]], []).answer).kind).toBe("finished");
  expect(tokens()).toEqual([{ title: "First", consumed: 1 }]);
});

test("a wrong word behind it is refused, and leaves nothing", async () => {
  const { answer } = receive([["title", "First"]], [["publish", "perhaps"]]);
  await expect(answer).rejects.toThrow("publish must be 1 or 0");
  expect(tokens()).toEqual([]);
  expect(rowsOf(site, "select id from uploads")).toEqual([]);
  expect(await site.site.files.staging.names()).toEqual([]);
});

test("the words of a chunk behind it make it one, by another token", async () => {
  const words: [string, string][] = [
    ["resumableChunkNumber", "1"],
    ["resumableChunkSize", "2500"],
    ["resumableTotalSize", "5000"],
    ["resumableIdentifier", "c"],
  ];
  expect((await receive([["title", "First"]], words).answer).kind).toBe("stored");
  expect(tokens()).toEqual([{ title: "First", consumed: 0 }]);
  expect(rowsOf(site, "select identifier from uploads")).toEqual([{ identifier: "c" }]);
});
