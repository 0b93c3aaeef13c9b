import { expect, test } from "bun:test";
import { fetchOriginal, uploaded } from "../support/archive.ts";
import { siteForAll } from "../support/lifetime.ts";
import { makeKey, signInWith } from "../support/sign-in.ts";

const site = siteForAll();

test("a file of a photo in the trash is there for the archive's own page alone, where somebody may restore it", async () => {
  const photo = await uploaded(site);
  const path = `/${photo.tree_id}/${photo.photo_id}/${photo.token}/original`;
  const asked = async (cookie: string, from: string | undefined) => {
    const headers = { cookie, ...(from !== undefined && { "sec-fetch-site": from }) };
    return site.call(path, { headers });
  };
  const writer = (await signInWith(site, (await makeKey(site, "write")).secret)).cookie;
  const reader = (await signInWith(site, (await makeKey(site, "read")).secret)).cookie;
  await site.callWithKey(`/api/2/photo/delete?photo_id=${photo.photo_id}`);
  expect((await fetchOriginal(site, photo)).status).toBe(404);
  const shown = await asked(writer, "same-origin");
  expect(shown.status).toBe(200);
  expect(shown.headers.get("cache-control")).toBe("no-store");
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(Buffer.from(photo.bytes));
  for (const from of ["cross-site", "same-site", "none"]) {
    expect((await asked(writer, from)).status).toBe(404);
  }
  // Browsers say it to https and localhost alone.
  expect((await asked(writer, undefined)).status).toBe(200);
  expect((await asked("", undefined)).status).toBe(404);
  expect((await asked(reader, "same-origin")).status).toBe(404);
  expect((await asked("redeem_session=wrong", "same-origin")).status).toBe(404);
});
