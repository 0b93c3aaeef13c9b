import { afterEach, beforeEach, expect, test } from "bun:test";
import { addKey } from "../../src/api-keys.ts";
import { deliveriesOf } from "../support/database.ts";
import { siteForEach } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { fileForm, redeem } from "../support/redeem.ts";
import { until } from "../support/remains.ts";

/** delivery/list and retry (protocol 6.3). */

const site = siteForEach();
let status = 500;
let receiver: Receiver;
let uploadToken = "";
beforeEach(async () => {
  status = 500;
  receiver = startReceiver(() => new Response("", { status }));
  const address = receiver.url.replace("http://", "http://ann:hush@");
  uploadToken = await site.token({
    return_url: `${address}/done?own=1`,
    background_return_p: 1,
    max_uploads: 9,
  });
});
afterEach(() => receiver.stop());

type Delivery = Record<string, string | number> & { delivery_id: string };
type Answer = { code?: string; message: string; data: { items: Delivery[]; next: string } };

async function call(method: string, fields: Record<string, string | number> = {}) {
  const query = new URLSearchParams(Object.entries(fields).map(([name, of]) => [name, `${of}`]));
  const answer = await site.callWithKey(`/api/2/delivery/${method}?${query}`);
  return { status: answer.status, body: (await answer.json()) as Answer };
}

/** A photo whose callback has failed once. */
async function failed(): Promise<string> {
  const before = deliveriesOf(site).length;
  await redeem(site, fileForm(uploadToken, png()));
  await until("it is tried", () => deliveriesOf(site)[before]?.attempts === 1);
  return deliveriesOf(site)[before]?.id ?? "";
}

test("what failed is listed with its error and no secret, and is delivered when it is asked for", async () => {
  const id = await failed();
  const { body } = await call("list", { state: "pending" });
  expect(body.data.items).toMatchObject([
    {
      delivery_id: id,
      event: "success",
      state: "pending",
      host: `127.0.0.1:${receiver.port}`,
      attempts: 1,
      closed_at: 0,
      last_error: expect.stringContaining("500"),
    },
  ]);
  for (const secret of [uploadToken, "hush", "own=1"]) {
    expect(JSON.stringify(body)).not.toContain(secret);
  }
  status = 200;
  expect((await call("retry", { delivery_id: id })).body).toMatchObject({
    message: "The callback is made now",
    data: { delivery_id: id, state: "pending" },
  });
  await until("it is delivered", () => deliveriesOf(site)[0]?.state === "delivered");
  const again = await call("retry", { delivery_id: id });
  expect([again.status, again.body.message]).toEqual([400, "The delivery is delivered already."]);
  const { items } = (await call("list", { state: "delivered" })).body.data;
  expect(items).toMatchObject([{ delivery_id: id, next_at: 0 }]);
  expect(items[0]?.["closed_at"]).toBeGreaterThan(0);
});

test("one that was given up is made again, and one whose address is lost is not", async () => {
  const [known, lost] = [await failed(), await failed()];
  const { records, secret } = site.site;
  const entry = await records.deliveries.byId(known);
  const sealed = secret.seal(JSON.stringify([entry?.url, entry?.body]));
  await records.deliveries.close(known, "given-up", "it answered 500", site.site.now(), sealed);
  await records.deliveries.close(lost, "given-up", "it answered 500", site.site.now());
  expect((await call("list", { state: "given-up" })).body.data.items).toHaveLength(2);
  status = 200;
  expect((await call("retry", { delivery_id: known })).status).toBe(200);
  await until("it is delivered", () =>
    deliveriesOf(site).some((row) => row.id === known && row.state === "delivered"),
  );
  const refused = await call("retry", { delivery_id: lost });
  expect([refused.status, refused.body.message]).toEqual([
    400,
    expect.stringContaining("its address was deleted"),
  ]);
  const unknown = await call("retry", { delivery_id: "nobody" });
  expect([unknown.status, unknown.body.code]).toEqual([404, "no_such_delivery"]);
});

test("pages follow one another, newest first", async () => {
  for (let count = 0; count < 3; count += 1) await failed();
  const all = (await call("list")).body.data.items.map(({ delivery_id: id }) => id);
  const first = (await call("list", { size: 2 })).body.data;
  const second = (await call("list", { size: 2, after: first.next })).body.data;
  expect([...first.items, ...second.items].map(({ delivery_id: id }) => id)).toEqual(all);
  expect(second.next).toBe("");
  expect((await call("list", { after: "12" })).status).toBe(400);
});

test("delivered ones are found among very many that are not", async () => {
  const id = await failed();
  status = 200;
  await call("retry", { delivery_id: id });
  await until("it is delivered", () => deliveriesOf(site)[0]?.state === "delivered");
  const { records, now } = site.site;
  // Newer than it, and none of them delivered: more than are looked at in one slice.
  const { default: Database } = await import("better-sqlite3");
  const db = new Database(`${site.folder}/redeem.db`);
  db.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 2500)
    insert into deliveries (id, outcome, method, host, url, body, state, created_at, next_at, closed_at)
    select 'many-' || i, 'created', 'POST', 'x', '', '', 'given-up', ${now() + 1000} + i, 0, ${now()} from n`);
  db.close();
  const found = await records.deliveries.list({ state: "delivered", limit: 5 });
  expect(found.map((row) => row.id)).toEqual([id]);
});

test("both need level admin", async () => {
  const { secret } = await addKey(site.site.records, "write", "writer");
  const headers = { authorization: `Bearer ${secret}` };
  for (const path of ["list", "retry?delivery_id=a"]) {
    expect((await site.call(`/api/2/delivery/${path}`, { headers })).status).toBe(403);
  }
});
