import { afterAll, beforeAll, expect, test } from "bun:test";
import { png } from "../support/media.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { fileForm, redeem } from "../support/redeem.ts";
import { startTestSite, type TestSite } from "../support/site.ts";

/** Pingbacks of the methods that change photos (protocol 4.5). */

let receiver: Receiver;
let site: TestSite;
beforeAll(async () => {
  receiver = startReceiver();
  site = await startTestSite({ REDEEM_PINGBACK_URL: receiver.url });
});
afterAll(async () => {
  await site.stop();
  await receiver.stop();
});

/** What was told since this was asked last, when so much has come. */
let heard = 0;
async function told(count: number): Promise<string[]> {
  const all = await receiver.got(heard + count);
  const fresh = all.slice(heard).map(({ body }) => new URLSearchParams(body));
  heard = all.length;
  return fresh.map((fields) => `${fields.get("event")} ${fields.get("photo_id")}`).toSorted();
}

async function call(method: string, fields: Record<string, string>): Promise<void> {
  const body = new URLSearchParams(fields);
  const answer = await site.callWithKey(`/api/2/photo/${method}`, { method: "POST", body });
  expect([method, answer.status]).toEqual([method, 200]);
}

test("update, delete, restore and the upload token's methods are told, and what changes nothing is not", async () => {
  const token = await site.token({ max_uploads: 3 });
  const ids: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const answer = await redeem(site, fileForm(token, png()));
    ids.push(String(((await answer.json()) as { photo_id: number }).photo_id));
  }
  const [a = "", b = "", c = ""] = ids;
  expect(await told(3)).toEqual([`created ${a}`, `created ${b}`, `created ${c}`]);

  await call("update", { photo_id: a, title: "New" });
  expect(await told(1)).toEqual([`updated ${a}`]);
  await call("update", { photo_id: a, title: "New" });
  await call("delete", { photo_id: a });
  expect(await told(1)).toEqual([`deleted ${a}`]);
  await call("restore", { photo_id: a });
  expect(await told(1)).toEqual([`updated ${a}`]);
  await call("delete", { photo_id: a });
  expect(await told(1)).toEqual([`deleted ${a}`]);
  // Its end in the trash was told when it went there.
  await call("delete", { photo_id: a, permanently: "1" });
  await call("delete", { photo_id: b, permanently: "1" });
  expect(await told(1)).toEqual([`deleted ${b}`]);

  await call("update-upload-token", { upload_token: token, title: "All of them" });
  expect(await told(1)).toEqual([`updated ${c}`]);
  await call("delete-upload-token", { upload_token: token, photo_id: c });
  expect(await told(1)).toEqual([`deleted ${c}`]);
});
