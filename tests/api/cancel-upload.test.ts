import { describe, expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { addKey } from "../../src/api-keys.ts";
import { pieces, type Plan } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { siteForEach } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { NEW, oldPhoto, pieceForm, planOf, sendTo } from "../support/replacing.ts";
import { sweepNow } from "../support/sweep.ts";
import {
  askChunk,
  fileForm,
  originalOf,
  photoCount,
  photoIn,
  redeem,
  redeemPath,
  sendChunk,
} from "../support/redeem.ts";

/** Protocol 4.8: whoever sends a file does not want it any more. */

const site = siteForEach();
const file = png(3500);
const plan: Plan = { identifier: "i", filename: "a.png", chunkSize: 1000, totalSize: 3500 };
const send = (token: string, number: number, of: Plan = plan) =>
  sendChunk(site, token, of, pieces(of)[number - 1] as never, file);

const NAMES = {
  resumableIdentifier: "i",
  resumableTotalSize: "3500",
  resumableChunkSize: "1000",
  resumableFilename: "a.png",
};

function cancel(token: string, names: Record<string, string> = NAMES): Promise<Response> {
  const body = new URLSearchParams({ upload_token: token, ...names });
  return site.call("/api/2/photo/cancel-upload", { method: "POST", body });
}

async function cancelled(token: string, names?: Record<string, string>): Promise<void> {
  const answer = await cancel(token, names);
  expect([answer.status, await answer.json()]).toMatchObject([
    200,
    { status: "ok", data: { cancelled_p: true, reason: "" } },
  ]);
}

const staged = () => readdir(join(site.folder, "uploads"));

async function usesOf(token: string): Promise<unknown> {
  const answer = await site.call(`/api/2/photo/upload-token-status?upload_token=${token}`);
  const { data } = (await answer.json()) as { data: Record<string, unknown> };
  return [data["consumed"], data["reserved"], data["free"]];
}

describe("a cancelled upload", () => {
  test("gives its use back at once, and its bytes are gone", async () => {
    const token = await site.token();
    expect((await send(token, 1)).status).toBe(200);
    expect([await usesOf(token), (await staged()).length]).toEqual([[0, 1, 0], 1]);
    await cancelled(token);
    expect([await usesOf(token), await staged()]).toEqual([[0, 0, 1], []]);
    expect(rowsOf(site, "select * from chunks")).toEqual([]);
    await photoIn(await redeem(site, fileForm(token, file)));
  });

  test("takes no further chunk, and these make nothing new", async () => {
    const token = await site.token();
    await send(token, 1);
    await cancelled(token);
    const late = await send(token, 2);
    expect([late.status, await late.text(), late.headers.get("redeem-code")]).toEqual([
      500,
      "The upload was cancelled.",
      "upload_cancelled",
    ]);
    expect([await usesOf(token), await staged()]).toEqual([[0, 0, 1], []]);
    expect((await askChunk(site, token, plan, 2)).status).toBe(204);
  });

  test("may be cancelled again, and before it began", async () => {
    const token = await site.token();
    await cancelled(token);
    await send(token, 1);
    await cancelled(token);
    await cancelled(token);
    expect(await usesOf(token)).toEqual([0, 0, 1]);
  });

  test("begins anew with its first chunk", async () => {
    const token = await site.token();
    await send(token, 1);
    await send(token, 2);
    await cancelled(token);
    expect((await send(token, 1)).status).toBe(200);
    expect((await send(token, 3)).status).toBe(200);
    const ids = await photoIn(await send(token, 2));
    expect(await originalOf(site, ids)).toEqual(new Uint8Array(file));
    expect(await photoCount(site, token)).toBe(1);
  });

  test("is still one after a restart, which finds nothing left to delete", async () => {
    const token = await site.token();
    await send(token, 1);
    await cancelled(token);
    await site.restart();
    expect((await send(token, 2)).status).toBe(500);
    expect([await usesOf(token), await staged()]).toEqual([[0, 0, 1], []]);
  });

  test("is swept when it is old", async () => {
    const token = await site.token({ valid_minutes: 10_000 });
    await send(token, 1);
    await cancelled(token);
    site.advance(25 * 3_600_000);
    await sweepNow(site);
    expect(rowsOf(site, "select * from uploads")).toEqual([]);
  });

  test("of many chunks holds nobody up, and begins anew", async () => {
    const many = png(60_000);
    const of: Plan = { identifier: "many", filename: "a.png", chunkSize: 200, totalSize: 60_000 };
    const token = await site.token();
    for (const piece of pieces(of).slice(0, 250)) await sendChunk(site, token, of, piece, many);
    await cancelled(token, {
      resumableIdentifier: "many",
      resumableTotalSize: "60000",
      resumableChunkSize: "200",
      resumableFilename: "a.png",
    });
    expect(await usesOf(token)).toEqual([0, 0, 1]);
    for (const piece of pieces(of)) await sendChunk(site, token, of, piece, many);
    expect(await photoCount(site, token)).toBe(1);
  });
});

test("a file that has arrived is not cancelled, and says so", async () => {
  const token = await site.token();
  for (const number of [1, 2]) await send(token, number);
  await photoIn(await send(token, 3));
  const answer = await cancel(token);
  expect([answer.status, await answer.json()]).toMatchObject([
    200,
    {
      data: {
        cancelled_p: false,
        reason: "The file has arrived already: delete-upload-token takes a photo back.",
      },
    },
  ]);
  expect(await photoCount(site, token)).toBe(1);
});

const sendFirst = (
  token: string,
  query: Record<string, string>,
  headers: Record<string, string> = {},
) =>
  site.call(`${redeemPath()}?${new URLSearchParams({ upload_token: token, ...query })}`, {
    method: "POST",
    body: file.slice(0, 1000),
    headers: { "content-type": "application/octet-stream", ...headers },
  });

describe("each uploader's words", () => {
  test("flow.js", async () => {
    const token = await site.token();
    const names = {
      flowIdentifier: "f",
      flowTotalSize: "3500",
      flowChunkSize: "1000",
      flowFilename: "a.png",
    };
    expect((await sendFirst(token, { ...names, flowChunkNumber: "1" })).status).toBe(200);
    await cancelled(token, names);
    expect(await staged()).toEqual([]);
  });

  test("Dropzone, whose name is the part's", async () => {
    const token = await site.token();
    const names = { dzuuid: "d", dztotalfilesize: "3500", dzchunksize: "1000" };
    const name = { "content-disposition": 'attachment; filename="a.png"' };
    expect((await sendFirst(token, { ...names, dzchunkindex: "0" }, name)).status).toBe(200);
    await cancelled(token, { ...names, filename: "a.png" });
    expect(await staged()).toEqual([]);
  });

  test("jQuery File Upload, which says a range alone", async () => {
    const token = await site.token();
    const headers = {
      "content-range": "bytes 0-999/3500",
      "content-disposition": 'attachment; filename="a.png"',
    };
    expect((await sendFirst(token, {}, headers)).status).toBe(200);
    await cancelled(token, { resumableTotalSize: "3500", resumableFilename: "a.png" });
    expect(await staged()).toEqual([]);
  });
});

describe("a file that replaces a photo by its caller's own right", () => {
  const newPlan = planOf(NEW);
  const names = {
    resumableIdentifier: newPlan.identifier,
    resumableTotalSize: String(newPlan.totalSize),
    resumableChunkSize: String(newPlan.chunkSize),
    resumableFilename: newPlan.filename,
  };
  const sendNew = (photo: number, number: number) =>
    sendTo(
      site,
      "replace",
      pieceForm({ photo_id: photo }, newPlan, pieces(newPlan)[number - 1] as never, NEW),
      { key: true },
    );
  const cancelNew = async (photo: number, call = site.callWithKey) => {
    const body = new URLSearchParams({ photo_id: String(photo), ...names });
    const answer = await call("/api/2/photo/cancel-upload", { method: "POST", body });
    return [answer.status, await answer.json()];
  };
  const DONE = [200, { data: { cancelled_p: true, reason: "" } }];

  test("is cancelled by that: its bytes are gone, the photo stays, and it may begin anew", async () => {
    const { photo_id: photo } = await oldPhoto(site);
    const another = await oldPhoto(site);
    expect(await cancelNew(photo)).toMatchObject(DONE);
    expect((await sendNew(photo, 1)).status).toBe(200);
    expect(await cancelNew(another.photo_id)).toMatchObject(DONE);
    expect((await staged()).length).toBe(1);
    expect(await cancelNew(photo)).toMatchObject(DONE);
    expect(await staged()).toEqual([]);
    expect((await sendNew(photo, 2)).headers.get("redeem-code")).toBe("upload_cancelled");
    expect(await (await sendNew(photo, 1)).text()).toBe("ok");
    expect((await sendNew(photo, 2)).status).toBe(200);
    expect(await cancelNew(photo)).toMatchObject([200, { data: { cancelled_p: false } }]);
  });

  test("is nobody else's to cancel", async () => {
    const { photo_id: photo } = await oldPhoto(site);
    await sendNew(photo, 1);
    expect(await cancelNew(photo, site.call)).toMatchObject([
      401,
      { code: "missing_authentication" },
    ]);
    const { secret } = await addKey(site.site.records, "write", "another");
    const byAnother: typeof site.call = (path, request) =>
      site.call(path, { ...request, headers: { authorization: `Bearer ${secret}` } });
    // Another caller's file of the same names is another file.
    expect(await cancelNew(photo, byAnother)).toMatchObject(DONE);
    expect((await staged()).length).toBe(1);
  });

  test("is named by one of both alone", async () => {
    const body = new URLSearchParams({ photo_id: "1", upload_token: "a", ...names });
    const answer = await site.callWithKey("/api/2/photo/cancel-upload", { method: "POST", body });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining("Give upload_token or photo_id, not both."),
    ]);
  });
});

test("who names no upload, or no token, is told what is missing", async () => {
  const token = await site.token();
  const nameless = await cancel(token, { resumableIdentifier: "i" });
  expect([nameless.status, await nameless.json()]).toMatchObject([
    400,
    { code: "invalid_input", message: expect.stringContaining("resumableTotalSize") },
  ]);
  const wrong = await cancel(token, { ...NAMES, resumableTotalSize: "many" });
  expect([wrong.status, await wrong.json()]).toMatchObject([
    400,
    { message: expect.stringContaining("resumableTotalSize") },
  ]);
  expect((await cancel("nobody's")).status).toBe(404);
});

test("an upload of another token is not touched", async () => {
  const [one, other] = [await site.token(), await site.token()];
  await send(one, 1);
  await cancelled(other);
  expect(await usesOf(one)).toEqual([0, 1, 0]);
  await send(one, 2);
  await photoIn(await send(one, 3));
});
