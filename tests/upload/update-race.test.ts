import { expect, test } from "bun:test";
import { hashSecret } from "../../src/random.ts";
import { rowOf, uploaded } from "../support/archive.ts";
import { pieces, type Piece, type Plan } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { siteForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { sweepNow } from "../support/sweep.ts";
import { fileForm, photoIn, redeem, sendChunk } from "../support/redeem.ts";

/** What is said with a token while its last chunk comes in, and what a process leaves of it that dies. */

const site = siteForAll({ REDEEM_SYNC: "0" });
const file = png(2500);

const say = (token: string, title: string, more: Record<string, string> = {}) =>
  site.call(
    `/api/2/photo/update-upload-token?${new URLSearchParams({ upload_token: token, title, ...more })}`,
  );

test("an update that races with the last chunk is on the photo, whichever comes first", async () => {
  const before = { first: 0, behind: 0 };
  // Until each has come first, which on a machine that is busy otherwise takes longer.
  const isOver = (round: number) => round >= 150 && Math.min(before.first, before.behind) > 0;
  for (let round = 0; round < 900 && !isOver(round); round += 1) {
    const identifier = `i${round}`;
    const plan: Plan = { identifier, filename: "a.png", chunkSize: 1000, totalSize: 2500 };
    const [first, last] = pieces(plan) as [Piece, Piece];
    const token = await site.token({ title: "granted" });
    await sendChunk(site, token, plan, first, file);
    const of: Record<string, string>[] = [
      {},
      { resumableIdentifier: identifier },
      { filename: "a.png" },
    ];
    const order: string[] = [];
    const finishing = async () => {
      for (let turn = 0; turn < round % 6; turn += 1) await Promise.resolve();
      const answer = await sendChunk(site, token, plan, last, file);
      order.push("photo");
      return photoIn(answer);
    };
    const saying = async () => {
      for (let turn = 0; turn < (round * 7) % 40; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      const answer = await say(token, "said", of[round % 3]);
      order.push("said");
      return answer.status;
    };
    const [photo, status] = await Promise.all([finishing(), saying()]);
    expect(status).toBe(200);
    expect(await rowOf(site, photo)).toMatchObject({ title: "said" });
    before[order[0] === "said" ? "first" : "behind"] += 1;
  }
  // That it was a race at all.
  expect(Math.min(before.first, before.behind)).toBeGreaterThan(0);
});

test("updates that race with each other leave all photos of the token with the same, the later one's", async () => {
  const token = await site.token({ max_uploads: 1000 });
  for (let count = 0; count < 130; count += 1) await redeem(site, fileForm(token, png(300, count)));
  for (let round = 0; round < 5; round += 1) {
    const answers = await Promise.all(
      Array.from({ length: 4 }, (_, index) => say(token, `${round}.${index}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const known = await site.site.records.tokens.byHash(hashSecret(token));
    const titles = rowsOf<{ title: string }>(
      site,
      `select distinct title from photos where token_id = ${known?.id}`,
    );
    expect(titles).toEqual([{ title: known?.title ?? "" }]);
  }
});

test.each([
  ["the next start", () => site.restart()],
  ["the next sweep", () => sweepNow(site)],
])("what was promised and not done to its end is done by %s", async (_whom, act) => {
  const token = await site.token({ max_uploads: 1000, title: "old" });
  for (let count = 0; count < 70; count += 1) await redeem(site, fileForm(token, png(300, count)));
  const { records } = site.site;
  const { id: tokenId } = (await records.tokens.byHash(hashSecret(token))) as { id: number };
  // As a process that dies behind the first slice leaves it.
  const update = {
    tokenId,
    files: "all" as const,
    change: { title: "new", published: false, publishDate: null },
  };
  const id = (await records.updates.add(update, 9)) as number;
  const { changed, more } = await records.updates.carryOut(id, site.site.now(), (_, set) => [
    { kind: "update", set },
  ]);
  expect(more).toBe(true);
  const counts = () =>
    rowsOf<object>(
      site,
      `select title, published, count(*) as n from photos where token_id = ${tokenId} group by 1, 2 order by 1`,
    );
  expect(counts()).toEqual([
    { title: "new", published: 0, n: changed.length },
    { title: "old", published: 1, n: 70 - changed.length },
  ]);
  await act();
  expect(counts()).toEqual([{ title: "new", published: 0, n: 70 }]);
  expect(await site.site.records.updates.unfinished()).toEqual([]);
  const other = await uploaded(site, { title: "other" });
  expect(await rowOf(site, other)).toMatchObject({ title: "other" });
});
