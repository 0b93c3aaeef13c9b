import { describe, expect, test } from "bun:test";
import { cancelling, file, plan } from "../support/cancelling.ts";
import type { Plan } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { siteForEach } from "../support/lifetime.ts";
import { askChunk, originalOf, photoCount, photoIn } from "../support/redeem.ts";
import { until } from "../support/remains.ts";
import { sweepNow } from "../support/sweep.ts";

/** Protocol 4.8, `keep_seconds`: a cancelled file's use is free at once, and its bytes stay for whoever undoes that. */

const site = siteForEach();
const { send, askToCancel, staged } = cancelling(() => site);
const others: Plan = { ...plan, identifier: "other" };

async function cancel(token: string, keepSeconds: number | string): Promise<[number, unknown]> {
  const answer = await askToCancel(token, keepSeconds);
  const { data, message } = (await answer.json()) as { data?: unknown; message: string };
  return [answer.status, data ?? message];
}

const kept = (seconds: number) => [200, { cancelled_p: true, kept_seconds: seconds, reason: "" }];

const states = () => rowsOf<{ state: string }>(site, "select state from uploads");

async function usesOf(token: string): Promise<unknown> {
  const answer = await site.call(`/api/2/photo/upload-token-status?upload_token=${token}`);
  const { data } = (await answer.json()) as { data: Record<string, unknown> };
  return [data["state"], data["reserved"], data["free"]];
}

const underWay = async (): Promise<unknown[]> => {
  const answer = await site.callWithKey("/api/2/upload-token/uploads");
  return ((await answer.json()) as { data: { items: unknown[] } }).data.items;
};

/** A file of which the first two of three chunks have come, and which was cancelled then. */
async function cancelledFile(keepSeconds: number): Promise<string> {
  const token = await site.token();
  for (const number of [1, 2]) expect((await send(token, number)).status).toBe(200);
  expect(await cancel(token, keepSeconds)).toEqual(kept(keepSeconds) as never);
  return token;
}

const deleted = () =>
  until("its bytes are deleted", async () => (await staged()).length === 0).then(() =>
    expect(states()).toEqual([{ state: "failed" }]),
  );

describe("a file that is cancelled for a while", () => {
  test("holds no use at once, and is under way no more; its bytes stay", async () => {
    const token = await cancelledFile(60);
    expect(await usesOf(token)).toEqual(["open", 0, 1]);
    expect([(await staged()).length, await underWay()]).toEqual([1, []]);
  });

  test("goes on with the bytes that are there, by any of its chunks", async () => {
    const token = await cancelledFile(60);
    expect((await askChunk(site, token, plan, 2)).status).toBe(200);
    expect(await usesOf(token)).toEqual(["open", 0, 1]);
    const ids = await photoIn(await send(token, 3));
    expect(await originalOf(site, ids)).toEqual(new Uint8Array(file));
    expect(await usesOf(token)).toEqual(["used", 0, 0]);
  });

  test("goes on for good: what was to be deleted is not", async () => {
    const token = await cancelledFile(60);
    expect((await send(token, 2)).status).toBe(200);
    expect([await usesOf(token), (await underWay()).length]).toEqual([["busy", 1, 0], 1]);
    site.advance(61_000);
    // Another one is cancelled, and deleted: so this one was looked at.
    const other = await site.token();
    await send(other, 1);
    await cancel(other, 1);
    await until("the other one is deleted", async () => (await staged()).length === 1);
    await photoIn(await send(token, 3));
  });

  test("is told that no use is left where another file has taken it, and may have it back", async () => {
    const token = await cancelledFile(60);
    expect((await send(token, 1, others)).status).toBe(200);
    for (const answer of [await send(token, 3), await askChunk(site, token, plan, 1)]) {
      expect([answer.status, await answer.text()]).toEqual([
        404,
        "The upload token has already been used.",
      ]);
    }
    expect(await usesOf(token)).toEqual(["busy", 1, 0]);
    const fields = { upload_token: token, resumableIdentifier: "other", filename: "a.png" };
    const body = new URLSearchParams({
      ...fields,
      resumableTotalSize: "3500",
      resumableChunkSize: "1000",
      resumableFilename: "a.png",
    });
    await site.call("/api/2/photo/cancel-upload", { method: "POST", body });
    await photoIn(await send(token, 3));
  });

  test("may begin anew with its first chunk, and has the second still", async () => {
    const token = await cancelledFile(60);
    expect((await send(token, 1)).status).toBe(200);
    await photoIn(await send(token, 3));
    expect(await photoCount(site, token)).toBe(1);
  });
});

describe("its bytes are deleted", () => {
  test("by the server itself, when the time is over; its chunks are refused then", async () => {
    const token = await cancelledFile(1);
    await deleted();
    expect(rowsOf(site, "select * from chunks")).toEqual([]);
    const late = await send(token, 3);
    expect([late.status, late.headers.get("redeem-code")]).toEqual([500, "upload_cancelled"]);
    expect(await usesOf(token)).toEqual(["open", 0, 1]);
    for (const number of [1, 2]) await send(token, number);
    await photoIn(await send(token, 3));
  });

  test("at once, where it is cancelled without a time", async () => {
    const token = await cancelledFile(60);
    expect(await cancel(token, 0)).toEqual(kept(0) as never);
    await deleted();
  });

  test("no later because it is cancelled again, but where that was undone in between", async () => {
    const token = await cancelledFile(60);
    site.advance(54_000);
    const [, again] = await cancel(token, 60);
    expect(again).toMatchObject({ cancelled_p: true });
    expect((again as { kept_seconds: number }).kept_seconds).toBeLessThanOrEqual(6);
    await send(token, 2);
    expect(await cancel(token, 60)).toEqual(kept(60) as never);
  });

  test("by the next start, where the server was stopped meanwhile", async () => {
    await cancelledFile(60);
    await site.restart(() => site.advance(61_000));
    await deleted();
  });

  test("not by a start or a sweep in these seconds", async () => {
    const token = await cancelledFile(60);
    await site.restart();
    await sweepNow(site);
    expect(await usesOf(token)).toEqual(["open", 0, 1]);
    expect((await staged()).length).toBe(1);
    await photoIn(await send(token, 3));
  });

  test("of one after the other, each in its time", async () => {
    const token = await site.token({ max_uploads: 3 });
    await send(token, 1, others);
    await send(token, 1);
    expect(await cancel(token, 1)).toEqual(kept(1) as never);
    await until("the cancelled one is deleted", async () => (await staged()).length === 1);
    expect(await usesOf(token)).toEqual(["open", 1, 2]);
  });
});

test("where not a byte has come there is nothing to keep", async () => {
  const token = await site.token();
  expect(await cancel(token, 60)).toEqual(kept(0) as never);
});

test("a photo is not cancelled", async () => {
  const token = await site.token();
  for (const number of [1, 2, 3]) await send(token, number);
  expect(await cancel(token, 60)).toMatchObject([200, { cancelled_p: false, kept_seconds: 0 }]);
});

test.each([61, -1, 1.5, "soon"])("keep_seconds=%p is none", async (wrong) => {
  const token = await site.token();
  await send(token, 1);
  expect(await cancel(token, wrong)).toEqual([
    400,
    `keep_seconds must be a whole number from 0 to 60, not "${wrong}".`,
  ]);
  expect(await usesOf(token)).toEqual(["busy", 1, 0]);
});
