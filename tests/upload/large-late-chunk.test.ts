import { expect, test } from "bun:test";
import { chunkFields } from "../support/chunks.ts";
import { siteForEach } from "../support/lifetime.ts";
import { mp4 } from "../support/media.ts";
import { askChunk, formOf, redeem, sendChunk, type Part } from "../support/redeem.ts";

/** A chunk larger than any known client's, whose parameters all come behind it (protocol 4.1, "undecided"). */

const site = siteForEach();

const MIB = 1024 * 1024;

test("does not take the rest of its file with it, whatever its own bytes look like", async () => {
  const chunkSize = 129 * MIB;
  const plan = { identifier: "i", filename: "a.mp4", chunkSize, totalSize: 3 * chunkSize };
  const token = await site.token();
  const first = mp4(chunkSize);
  const sent = await sendChunk(site, token, plan, { number: 1, start: 0, end: chunkSize }, first);
  expect(sent.status).toBe(200);
  const middle: Part[] = [
    ["file", new Uint8Array(chunkSize).fill(7), "a.mp4"],
    ...chunkFields(plan, 2),
    ["upload_token", token],
  ];
  const answer = await redeem(site, formOf(middle));
  expect(await answer.text()).toContain("before its file");
  expect(answer.status).toBe(400);
  expect((await askChunk(site, token, plan, 1)).status).toBe(200);
});
