import { afterEach, beforeEach, expect, test } from "bun:test";
import { delayAfter } from "../../src/callback/attempt.ts";
import { pieces, type Plan } from "../support/chunks.ts";
import { deliveriesOf } from "../support/database.ts";
import { png, textFile } from "../support/media.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { fileForm, redeem, sendChunk } from "../support/redeem.ts";
import { siteForEach } from "../support/lifetime.ts";

/** Background callbacks of a whole site. */

const site = siteForEach();
let receiver: Receiver;
let status = 200;
beforeEach(() => {
  status = 200;
  receiver = startReceiver(() => new Response("", { status }));
});
afterEach(() => receiver.stop());

const tokenFor = (more: Record<string, string | number> = {}) =>
  site.token({ return_url: `${receiver.url}/done?own=1`, background_return_p: 1, ...more });
const fieldsOf = (index = 0) =>
  Object.fromEntries(receiver.received[index]?.url.searchParams ?? []) as Record<string, string>;

test("the backend is told what the browser is told", async () => {
  const token = await tokenFor({ order: "7" });
  const line = await (await redeem(site, fileForm(token, png(), "a.png", { who: "Ann" }))).text();
  await receiver.got(1);
  const [, domain, tree, photo, secret, address] = line.split(" ");
  expect(receiver.received[0]?.url.href).toBe(address ?? "");
  expect(fieldsOf()).toEqual({
    own: "1",
    domain: domain ?? "",
    upload_token: token,
    photo_id: photo ?? "",
    tree_id: tree ?? "",
    token: secret ?? "",
    order: "7",
    who: "Ann",
  });
});

test("a long one is a form-encoded POST", async () => {
  const token = await tokenFor({ pad: "x".repeat(2000) });
  await redeem(site, fileForm(token, png()));
  const [got] = await receiver.got(1);
  expect(got?.method).toBe("POST");
  expect(got?.url.href).toBe(`${receiver.url}/done?own=1`);
  const body = new URLSearchParams(got?.body);
  expect(body.get("upload_token")).toBe(token);
  expect(body.get("pad")).toBe("x".repeat(2000));
});

test("a failed whole file is told with error_message", async () => {
  const token = await tokenFor();
  await redeem(site, fileForm(token, textFile(), "a.txt"));
  await receiver.got(1);
  expect(fieldsOf()).toMatchObject({ upload_token: token });
  expect(fieldsOf()["error_message"]).toContain("not supported");
  expect(fieldsOf()).not.toHaveProperty("photo_id");
});

test("a failure known at a chunk is told at once, once, and a success after it too", async () => {
  const token = await tokenFor();
  const plan: Plan = { identifier: "i", filename: "a.png", chunkSize: 1000, totalSize: 3000 };
  const all = pieces(plan);
  for (const piece of all) {
    const response = await sendChunk(site, token, plan, piece, textFile(3000));
    // Chunks 2 and 3 belong to a refused file.
    expect(response.status).toBe(500);
  }
  for (const piece of all) await sendChunk(site, token, plan, piece, png(3000));
  await receiver.got(2);
  expect(fieldsOf(0)["error_message"]).toContain("not supported");
  expect(fieldsOf(1)["photo_id"]).toMatch(/^\d+$/);
  expect(deliveriesOf(site)).toHaveLength(2);
});

test.each([
  ["too large", { totalSize: 2 ** 45, chunkSize: 1000 }, 1],
  ["a number beyond the file", { totalSize: 500, chunkSize: 1000 }, 2],
])("a chunk refused for good is told: %s", async (_what, sizes, number) => {
  const token = await tokenFor();
  const plan: Plan = { identifier: "i", filename: "a.png", ...sizes };
  const piece = { number, start: 0, end: 500 };
  for (let count = 0; count < 3; count += 1) {
    expect((await sendChunk(site, token, plan, piece, png(500))).status).toBe(500);
  }
  await receiver.got(1);
  expect(fieldsOf()["error_message"]).toBeString();
  expect(deliveriesOf(site)).toHaveLength(1);
});

test("what is not delivered is delivered by the next process", async () => {
  status = 500;
  const token = await tokenFor();
  await redeem(site, fileForm(token, png()));
  await receiver.got(1);
  await site.restart();
  expect(deliveriesOf(site)).toMatchObject([{ state: "pending" }]);
  status = 200;
  site.advance(delayAfter(0) + 1000);
  site.site.deliverer.wake();
  await receiver.got(2);
  const ids = receiver.received.map(({ headers }) => headers.get("redeem-delivery"));
  expect(new Set(ids).size).toBe(1);
  expect(fieldsOf(1)["upload_token"]).toBe(token);
});

test("the uploader's answer does not wait for the receiver", async () => {
  let release: ((response: Response) => void) | undefined;
  const slow = startReceiver(
    () =>
      new Promise<Response>((resolve) => {
        release = resolve;
      }),
  );
  const token = await site.token({ return_url: slow.url, background_return_p: 1 });
  const response = await redeem(site, fileForm(token, png()));
  expect(await response.text()).toStartWith("ok ");
  await slow.got(1);
  release?.(new Response(""));
  await slow.stop();
});

test("in the foreground the server calls nobody", async () => {
  const token = await site.token({ return_url: `${receiver.url}/done` });
  expect((await redeem(site, fileForm(token, png()))).status).toBe(301);
  expect(deliveriesOf(site)).toEqual([]);
});
