import { describe, expect, test } from "bun:test";
import { chunkFields, pieces, type Piece, type Plan } from "../support/chunks.ts";
import { deliveriesOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import {
  fileForm,
  formOf,
  originalOf,
  photoCount,
  photoIn,
  redeem,
  sendChunk,
} from "../support/redeem.ts";
import { siteForEach } from "../support/lifetime.ts";

const USED = "The upload token has already been used.";
const HELD = "Another file holds the last use of the upload token at this moment; try again.";

const site = siteForEach();

const file = png(20_000);
const plan: Plan = { identifier: "i", filename: "a.png", chunkSize: 1000, totalSize: 20_000 };

/** Sends a chunk until it is not 503 any more: another request is receiving it. */
async function untilTaken(send: () => Promise<Response>): Promise<Response> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const response = await send();
    if (response.status !== 503) return response;
    expect(response.headers.get("retry-after")).toBe("1");
    // Without a wire there is nothing else that lets the disk have its turn.
    await Bun.sleep(2);
  }
  throw new Error("never taken");
}

function countBy<Item>(items: readonly Item[], what: (item: Item) => unknown) {
  const counts: Record<string, number> = {};
  for (const item of items) counts[String(what(item))] = (counts[String(what(item))] ?? 0) + 1;
  return counts;
}

describe("whole files", () => {
  test.each([
    ["of different names", (index: number) => `${index}.png`],
    ["of one name", () => "a.png"],
  ])("20 at once %s on one use: one photo and 19 refusals", async (_what, name) => {
    const token = await site.token({ max_uploads: 1 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => redeem(site, fileForm(token, file, name(index)))),
    );
    // While the use is only reserved it may come free again; once it is a photo it is used for good.
    expect(countBy(answers, ({ status }) => status)).toEqual({ 200: 1, 503: 19 });
    for (const answer of answers) {
      if (answer.status === 503) expect(await answer.text()).toBe(HELD);
      else expect(await originalOf(site, await photoIn(answer))).toEqual(file);
    }
    const again = await redeem(site, fileForm(token, file));
    expect([again.status, await again.text()]).toEqual([404, USED]);
    expect(await photoCount(site, token)).toBe(1);
    expect(await site.site.files.staging.names()).toEqual([]);
  });

  test("with the token behind the file", async () => {
    const token = await site.token({ max_uploads: 3 });
    const form = () =>
      formOf([
        ["file", file, "a.png"],
        ["upload_token", token],
      ]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => redeem(site, form())));
    expect(countBy(answers, ({ status }) => status)).toEqual({ 200: 3, 503: 7 });
    expect(await photoCount(site, token)).toBe(3);
  });

  test("two of one name on two uses are two photos", async () => {
    const token = await site.token({ max_uploads: 2 });
    const files = [png(5000, 1), png(6000, 2)];
    const answers = await Promise.all(
      files.map((bytes) => redeem(site, fileForm(token, bytes, "image.jpg"))),
    );
    for (const [index, answer] of answers.entries()) {
      expect(await originalOf(site, await photoIn(answer))).toEqual(files[index] as Uint8Array);
    }
    expect(await photoCount(site, token)).toBe(2);
  });
});

describe("chunks", () => {
  const parameters = { return_url: "http://127.0.0.1:9/", background_return_p: 1 };

  test.each([
    ["the last one longer", false],
    ["forceChunkSize", true],
  ])("all at once, each twice (%s): one photo, one callback", async (_what, force) => {
    const token = await site.token(parameters);
    const sends = pieces(plan, force).flatMap((piece) => [piece, piece]);
    const answers = await Promise.all(
      sends.map((piece) => untilTaken(() => sendChunk(site, token, plan, piece, file))),
    );
    expect(countBy(answers, ({ status }) => status)).toEqual({ 200: sends.length });
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    const outcomes = bodies.filter((body) => body !== "ok");
    expect(outcomes.length).toBeGreaterThan(0);
    expect(new Set(outcomes).size).toBe(1);
    const [, , tree, photo, secret = ""] = (outcomes[0] ?? "").split(" ");
    const ids = { photo_id: Number(photo), tree_id: Number(tree), token: secret };
    expect(await originalOf(site, ids)).toEqual(file);
    expect(await photoCount(site, token)).toBe(1);
    const deliveries = deliveriesOf(site);
    expect(deliveries).toHaveLength(1);
    expect(deliveries[0]).toMatchObject({ outcome: "success", upload_id: ids.photo_id });
  });

  test("all at once, each twice, their fields behind the file", async () => {
    const token = await site.token(parameters);
    const send = ({ number, start, end }: Piece) =>
      redeem(
        site,
        formOf([
          ["upload_token", token],
          ["file", file.slice(start, end), plan.filename],
          ...chunkFields(plan, number),
        ]),
      );
    const sends = pieces(plan).flatMap((piece) => [piece, piece]);
    const answers = await Promise.all(sends.map((piece) => untilTaken(() => send(piece))));
    expect(countBy(answers, ({ status }) => status)).toEqual({ 200: sends.length });
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    expect(new Set(bodies.filter((body) => body !== "ok")).size).toBe(1);
    expect(await photoCount(site, token)).toBe(1);
    expect(deliveriesOf(site)).toHaveLength(1);
  });

  test("of two files on one use: one file is taken, the other refused", async () => {
    const token = await site.token();
    const other = { ...plan, identifier: "j", filename: "b.png" };
    const sends = pieces(plan).flatMap((piece) => [
      { of: plan, piece },
      { of: other, piece },
    ]);
    const answers = await Promise.all(
      sends.map(async ({ of, piece }) => ({
        of,
        answer: await untilTaken(() => sendChunk(site, token, of, piece, file)),
      })),
    );
    const taken = answers.filter(({ answer }) => answer.status === 200);
    const refused = answers.filter(({ answer }) => answer.status === 404);
    expect(taken).toHaveLength(20);
    expect(refused).toHaveLength(20);
    expect(new Set(taken.map(({ of }) => of)).size).toBe(1);
    for (const { answer } of refused) expect(await answer.text()).toBe(USED);
    expect(await photoCount(site, token)).toBe(1);
  });

  test("both plans at once: whatever is accepted, never a wrong byte or two photos", async () => {
    const odd = { ...plan, totalSize: 19_500 };
    const bytes = file.slice(0, 19_500);
    const token = await site.token({ max_uploads: 2 });
    const sends = [...pieces(odd), ...pieces(odd, true)];
    const answers = await Promise.all(
      sends.map((piece) => untilTaken(() => sendChunk(site, token, odd, piece, bytes))),
    );
    expect(answers.every(({ status }) => status === 200 || status === 500)).toBe(true);
    const photos = await photoCount(site, token);
    expect(photos).toBeLessThanOrEqual(1);
    for (const answer of answers) {
      const body = await answer.text();
      if (!body.startsWith("{")) continue;
      const { data } = JSON.parse(body) as { data: Parameters<typeof originalOf>[1] };
      expect(await originalOf(site, data)).toEqual(bytes);
    }
  });

  test("a chunk that is being received is 503 for a second one, and is then there", async () => {
    const token = await site.token({ max_uploads: 1 });
    const [piece] = pieces(plan) as [Piece];
    const query = new URLSearchParams([...chunkFields(plan, 1), ["upload_token", token]]);
    let feed: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        feed = controller;
        controller.enqueue(file.slice(0, 600));
      },
    });
    const octet = { "content-type": "application/octet-stream" };
    const slow = redeem(site, body, { query: String(query), headers: octet });
    let second = await sendChunk(site, token, plan, piece, file);
    // Which of the two is first is the machine's choice.
    if (second.status === 503) {
      expect(second.headers.get("retry-after")).toBe("1");
      feed?.enqueue(file.slice(600, 1000));
      feed?.close();
      expect(await (await slow).text()).toBe("ok");
      second = await sendChunk(site, token, plan, piece, file);
    } else {
      feed?.enqueue(file.slice(600, 1000));
      feed?.close();
      await slow;
    }
    expect(await second.text()).toBe("ok");
  });
});
