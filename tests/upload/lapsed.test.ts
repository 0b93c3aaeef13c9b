import { expect, test } from "bun:test";
import { tokenClaim } from "../../src/upload/claim.ts";
import { rowsOf } from "../support/database.ts";
import { siteForEach } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { fileForm, photoCount, photoIn, redeem, sendChunk } from "../support/redeem.ts";

/** A use that lapsed while its upload was silent, and that another upload has taken since (protocol 4.1). */

const MINUTE = 60_000;
const site = siteForEach();

const file = png(2500);
const plan = { identifier: "i", filename: "a.png", chunkSize: 1000, totalSize: 2500 };
const other = { ...plan, identifier: "other" };
const first = { number: 1, start: 0, end: 1000 };
const second = { number: 2, start: 1000, end: 2500 };

const params = (token: string, number: number) =>
  new Map([
    ["upload_token", token],
    ["resumableIdentifier", plan.identifier],
    ["resumableFilename", plan.filename],
    ["resumableChunkSize", "1000"],
    ["resumableTotalSize", "2500"],
    ["resumableChunkNumber", String(number)],
  ]);

/** Uploads that hold a use at this moment. */
const holding = () =>
  rowsOf(
    site,
    `select id from uploads where state in ('receiving', 'finalizing')
      and last_byte_at > ${site.site.now() - 5 * MINUTE}`,
  ).length;

test.each(["in its bytes", "behind its bytes"])(
  "an upload that was silent for six minutes %s does not take it back",
  async (where) => {
    const token = await site.token();
    const all = params(token, 1);
    let beside: Response | undefined;
    const silence = async () => {
      site.advance(6 * MINUTE);
      beside = await sendChunk(site, token, other, first, file);
    };
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield file.subarray(0, 500);
      if (where === "in its bytes") await silence();
      yield file.subarray(500, 1000);
    }
    await site.site.redeemer
      .receive(
        {
          claim: tokenClaim({ ...site.site, unlock: async () => undefined }, "upload"),
          params: all,
          partName: plan.filename,
          range: undefined,
          origin: null,
        },
        {
          length: undefined,
          moreParams: true,
          bytes: bytes(),
          rest: async () => {
            if (where === "behind its bytes") await silence();
            return { params: all, moreFiles: false };
          },
          endBy: () => undefined,
        },
      )
      .catch(() => undefined);
    expect(beside?.status).toBe(200);
    expect(holding()).toBe(1);
    // The one that has the use makes its photo, whatever the other one does.
    await photoIn(await sendChunk(site, token, other, second, file));
    expect(await photoCount(site, token)).toBe(1);
  },
);

test("takes it back where nobody else has", async () => {
  const token = await site.token();
  const all = params(token, 1);
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield file.subarray(0, 500);
    site.advance(6 * MINUTE);
    yield file.subarray(500, 1000);
  }
  await site.site.redeemer.receive(
    {
      claim: tokenClaim({ ...site.site, unlock: async () => undefined }, "upload"),
      params: all,
      partName: plan.filename,
      range: undefined,
      origin: null,
    },
    {
      length: undefined,
      moreParams: true,
      bytes: bytes(),
      rest: async () => ({ params: all, moreFiles: false }),
      endBy: () => undefined,
    },
  );
  expect(holding()).toBe(1);
  expect((await redeem(site, fileForm(token, file))).status).toBe(503);
});
