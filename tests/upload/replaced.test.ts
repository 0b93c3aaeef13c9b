import { describe, expect, test } from "bun:test";
import { tokenClaim } from "../../src/upload/claim.ts";
import type { Params } from "../../src/upload/params.ts";
import { chunkFields, pieces } from "../support/chunks.ts";
import { deliveriesOf, rowsOf } from "../support/database.ts";
import { siteForEach } from "../support/lifetime.ts";
import { originalOf } from "../support/redeem.ts";
import {
  NEW,
  OLD,
  oldPhoto,
  pieceForm,
  planOf,
  replaceToken,
  sendTo,
  takeAway,
} from "../support/replacing.ts";

/** A photo that goes in the very middle of its replacement: between two pieces of a request's body. */

const site = siteForEach();
const plan = planOf(NEW);
const [first, second] = pieces(plan);
if (!first || !second) throw new Error("two chunks");

/** One request whose bytes are these, and which does something when the first half of them was taken. */
function receive(params: Params, bytes: Uint8Array, moreParams: boolean, act: () => Promise<void>) {
  const half = Math.floor(bytes.length / 2);
  async function* halves(): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, half);
    await act();
    yield bytes.subarray(half);
  }
  const claim = tokenClaim({ ...site.site, unlock: async () => undefined }, "replace");
  return site.site.redeemer.receive(
    { claim, params, partName: "new.png", range: undefined, origin: null },
    {
      length: bytes.length,
      moreParams,
      bytes: halves(),
      rest: async () => ({ params, moreFiles: false }),
      endBy: () => undefined,
    },
  );
}

const BACK = { return_url: "http://127.0.0.1:9/back", background_return_p: 1 };

/** The backend was told, once, and nothing of the file is left. */
async function expectRefused(): Promise<void> {
  const told = deliveriesOf(site).map(({ outcome, url }) => [
    outcome,
    new URL(url).searchParams.get("error_message"),
  ]);
  expect(told).toEqual([["failure", "There is no such photo."]]);
  expect(await site.site.files.staging.names()).toEqual([]);
  expect(rowsOf(site, "select id from uploads where state in ('receiving', 'finalizing')")).toEqual(
    [],
  );
}

describe.each(["trash", "remove"] as const)("by %s", (how) => {
  const begin = async () => {
    const photo = await oldPhoto(site);
    const token = await replaceToken(site, photo.photo_id, BACK);
    return { photo, token, act: () => takeAway(site, photo.photo_id, how) };
  };

  test("its first chunk is the last one of it that is taken", async () => {
    const { token, act } = await begin();
    const params = new Map([...chunkFields(plan, 1), ["replace_token", token] as const]);
    const taken = await receive(params, NEW.slice(0, 1000), true, act).then(
      ({ kind }) => kind,
      ({ message }: Error) => message,
    );
    // In the trash it may be restored before the file is complete.
    expect(taken).toBe(how === "trash" ? "stored" : "There is no such photo.");
    const answer = await sendTo(
      site,
      "redeem-replace-token",
      pieceForm({ replace_token: token }, plan, second, NEW),
    );
    expect(answer.status).toBe(404);
    await expectRefused();
  });

  test("its last chunk", async () => {
    const { photo, token, act } = await begin();
    const one = pieceForm({ replace_token: token }, plan, first, NEW);
    expect((await sendTo(site, "redeem-replace-token", one)).status).toBe(200);
    const params = new Map([...chunkFields(plan, 2), ["replace_token", token] as const]);
    const received = receive(params, NEW.slice(1000), true, act);
    await expect(received).rejects.toThrow("There is no such photo.");
    await expectRefused();
    if (how === "trash") {
      const { records, now } = site.site;
      await records.photos.transact(photo.photo_id, now(), () => ({
        changes: [{ kind: "restore" }],
        value: null,
      }));
      expect(await originalOf(site, photo)).toEqual(OLD);
    }
  });

  test.each([
    ["octets", false],
    ["a form", true],
  ] as const)("a whole file in %s", async (_, moreParams) => {
    const { token, act } = await begin();
    const answer = await receive(new Map([["replace_token", token]]), NEW, moreParams, act);
    expect(answer).toMatchObject({ kind: "refused", problem: { code: "no_such_photo" } });
    await expectRefused();
  });
});
