import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { delayAfter } from "../../src/callback/attempt.ts";
import { deliveriesOf } from "../support/database.ts";
import { png, textFile } from "../support/media.ts";
import { startReceiver, type Received, type Receiver } from "../support/receiver.ts";
import { until } from "../support/remains.ts";
import { fileForm, redeem } from "../support/redeem.ts";
import { startTestSite, type TestSite } from "../support/site.ts";

/** Pingbacks: the operator's own addresses are told what becomes of photos (protocol 4.6). */

let one: Receiver;
let other: Receiver;
let site: TestSite;
let status = 200;

const fieldsOf = ({ body }: Received) => Object.fromEntries(new URLSearchParams(body));

async function photo(parameters: Record<string, string | number> = {}): Promise<string> {
  const token = await site.token(parameters);
  const answer = await redeem(site, fileForm(token, png()));
  const text = await answer.text();
  // In the background the answer is `ok <domain> <tree_id> <photo_id> …`.
  if (text.startsWith("ok ")) return text.split(" ")[3] ?? "";
  return String((JSON.parse(text) as { photo_id: number }).photo_id);
}

beforeAll(() => {
  one = startReceiver(() => new Response("", { status }));
  other = startReceiver();
});
afterAll(async () => {
  await site.stop();
  await one.stop();
  await other.stop();
});
beforeEach(async () => {
  await site?.stop();
  status = 200;
  for (const receiver of [one, other]) receiver.received.length = 0;
  site = await startTestSite({
    // The operator's own addresses are trusted, wherever they are.
    REDEEM_CALLBACK_PRIVATE: "0",
    REDEEM_PINGBACK_URL: `${one.url}/hook?own=1, ${other.url}`,
  });
});

describe("a photo that is made", () => {
  test("is told to each address, in the query as the vendor has it, and as a form", async () => {
    const before = Date.now();
    const id = await photo();
    const [got] = await one.got(1);
    const [second] = await other.got(1);
    if (!got || !second) throw new Error("not told");
    expect(got.method).toBe("POST");
    expect(got.headers.get("content-type")).toBe("application/x-www-form-urlencoded");
    expect(got.url.href).toBe(`${one.url}/hook?own=1&type=photo&photo_id=${id}`);
    const { time, delivery, ...fields } = fieldsOf(got);
    expect(fields).toEqual({
      type: "photo",
      photo_id: id,
      event: "created",
      domain: "redeem.test",
    });
    expect(new Date(time ?? "").toISOString()).toBe(time ?? "");
    expect(Date.parse(time ?? "")).toBeGreaterThanOrEqual(before);
    expect(got.headers.get("redeem-delivery")).toBe(delivery ?? null);
    expect(fieldsOf(second)).toMatchObject({ type: "photo", photo_id: id, event: "created" });
    expect(fieldsOf(second)["delivery"]).not.toBe(delivery);
  });

  test("is told with a signature, and without any secret", async () => {
    const token = await site.token();
    const answer = await redeem(site, fileForm(token, png()));
    const { token: secret } = (await answer.json()) as { token: string };
    const [got] = await one.got(1);
    const signature = got?.headers.get("redeem-signature") ?? "";
    const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? [];
    const signed = createHmac("sha256", site.site.secret.callback)
      .update(`${t}.${got?.url.href}.${got?.body}`)
      .digest("hex");
    expect(v1).toBe(signed);
    const all = JSON.stringify([got?.url.href, got?.body, [...(got?.headers ?? [])]]);
    expect(all).not.toContain(token);
    expect(all).not.toContain(secret);
  });

  test("is told again until it is taken, by the same id, and to nobody else again", async () => {
    status = 500;
    await photo();
    await other.got(1);
    await until("the first attempt is settled", () =>
      deliveriesOf(site).some(({ attempts, state }) => attempts === 1 && state === "pending"),
    );
    status = 200;
    site.advance(delayAfter(0) + 1000);
    site.site.deliverer.wake();
    const [first, second] = await one.got(2);
    expect(second?.body).toBe(first?.body ?? "");
    expect(second?.headers.get("redeem-delivery")).toBe(
      first?.headers.get("redeem-delivery") ?? null,
    );
    expect(other.received).toHaveLength(1);
  });

  test("is recorded in the transaction that makes it: both are told by the next process", async () => {
    status = 503;
    const id = await photo();
    await one.got(1);
    await site.restart();
    status = 200;
    site.advance(delayAfter(0) + 1000);
    site.site.deliverer.wake();
    expect(fieldsOf((await one.got(2))[1] as Received)).toMatchObject({
      photo_id: id,
      event: "created",
    });
  });

  test("has its callback too, which says what it says without pingbacks", async () => {
    const backend = startReceiver();
    const callback = `http://localhost:${backend.port}/done`;
    await photo({ return_url: callback, background_return_p: 1 });
    await one.got(1);
    // A callback's address is no operator's: it may not be this machine.
    const row = deliveriesOf(site).find(({ outcome }) => outcome === "success");
    expect(row).toMatchObject({ state: "pending", method: "GET" });
    expect(backend.received).toEqual([]);
    await backend.stop();
  });
});

test("each change of a photo is told once, and its end out of the trash was told before", async () => {
  const id = Number(await photo());
  await other.got(1);
  const call = async (method: string, more = "") => {
    const answer = await site.callWithKey(`/api/2/photo/${method}?photo_id=${id}${more}`);
    expect(answer.status).toBe(200);
    // They are sent at the same time otherwise, and may come in any order.
    await until("it is told", () =>
      deliveriesOf(site).every(({ state, url }) => state === "delivered" || url.includes("/hook")),
    );
  };
  await call("update", "&title=New");
  // Nothing is changed, and nothing told.
  await call("update", "&title=New");
  await call("delete");
  await call("restore");
  await call("delete");
  await call("delete", "&permanently=1");
  const told = other.received.map((got) => fieldsOf(got));
  expect(told.map(({ event }) => event)).toEqual([
    "created",
    "updated",
    "deleted",
    "updated",
    "deleted",
  ]);
  // By its time a receiver sorts what comes out of order.
  expect(told.map(({ time }) => time)).toEqual(told.map(({ time }) => time).toSorted());
});

test("a file that is refused is no photo: nothing is told", async () => {
  const token = await site.token({ max_uploads: 2 });
  await redeem(site, fileForm(token, textFile(), "a.txt"));
  expect(deliveriesOf(site)).toEqual([]);
  await redeem(site, fileForm(token, png()));
  expect(deliveriesOf(site).map(({ outcome }) => outcome)).toEqual(["created", "created"]);
});

test("an address that never answers delays no callback and no other address", async () => {
  const dead = startReceiver(() => new Promise<Response>(() => undefined));
  await site.stop();
  site = await startTestSite({ REDEEM_PINGBACK_URL: `${dead.url},${other.url}` });
  for (let count = 0; count < 10; count += 1) await photo();
  await dead.got(4);
  const backend = startReceiver();
  await photo({ return_url: backend.url, background_return_p: 1 });
  await backend.got(1);
  await other.got(11);
  expect(dead.received).toHaveLength(4);
  await backend.stop();
  await dead.stop();
});
