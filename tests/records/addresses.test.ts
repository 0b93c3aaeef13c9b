import { expect, test } from "bun:test";
import { deliveriesOf, rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import { fileForm, redeem } from "../support/redeem.ts";
import { siteForEach } from "../support/lifetime.ts";

/** What the database holds of an upload token: a hash, and for a while a callback's address. */

const site = siteForEach();

test.each(["delivered", "given-up"] as const)(
  "a callback's address and body are forgotten once it is %s",
  async (state) => {
    const token = await site.token({
      return_url: "http://127.0.0.1:9/",
      background_return_p: 1,
      pad: "x".repeat(1500),
    });
    await redeem(site, fileForm(token, png()));
    const [row] = deliveriesOf(site);
    expect(row?.body).toContain(token);
    await site.site.records.deliveries.close(row?.id ?? "", state, null, site.site.now());
    const tables = ["deliveries", "uploads", "upload_tokens", "photos", "chunks"];
    const all = tables.flatMap((table) => rowsOf<object>(site, `select * from ${table}`));
    expect(JSON.stringify(all)).not.toContain(token);
    expect(deliveriesOf(site)[0]).toMatchObject({ url: "", body: "", state });
  },
);

test("of a key only its hash is kept", async () => {
  const { addKey } = await import("../../src/api-keys.ts");
  const { secret } = await addKey(site.site.records, "write", "n");
  expect(JSON.stringify(rowsOf(site, "select * from api_keys"))).not.toContain(secret);
});
