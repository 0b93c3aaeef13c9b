import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { callApi } from "../support/archive-calls.ts";
import { goToView, openArchive } from "../support/archive-page.ts";
import { browserForAll, browsers } from "../support/browsers.ts";
import { HOSTILE, tracesOf } from "../support/hostile.ts";
import { serverForAll } from "../support/lifetime.ts";
import { bitmap, jpegWithExif } from "../support/pictures.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";

/**
 * What hostile guests have sent, hostile backends have said and hostile files tell of themselves, in every view of the archive: nothing comes of
 * it (as in `hostile-guest.test.ts`).
 */

const server = serverForAll();
/** By the name of what is hostile: the photo, and the link that it came by. */
const sent = new Map<string, { photo: number; link: number; tag: string }>();
let receiver: Receiver;

beforeAll(async () => {
  receiver = startReceiver(() => new Response(Object.values(HOSTILE).join(" "), { status: 500 }));
  for (const [what, words] of Object.entries(HOSTILE)) sent.set(what, await sendAs(words));
}, 60_000);
afterAll(() => receiver.stop());

type Link = { token_id: number; upload_token: string };

async function sendAs(words: string) {
  const given = words.toWellFormed().replaceAll("\u0000", "");
  const album = await callApi<{ album_id: number }>(server, "album/create", {
    title: `Album ${given.slice(0, 200)}`,
    description: given.slice(0, 1000),
  });
  await callApi(server, "key/create", { name: given.slice(0, 200), level: "read" });
  const token = await server.token({
    title: given.slice(0, 1000),
    description: given,
    sender: given.slice(0, 200),
    tags: `"${given.replaceAll('"', "'").slice(0, 100)}"`,
    album_id: album.album_id,
    ask: "name,note",
    max_uploads: 2,
    return_url: `${receiver.url}/done`,
    background_return_p: 1,
  });
  const file = await jpegWithExif(
    bitmap(40, 30, () => [9, 9, 9]),
    1,
    given.slice(0, 1000),
  );
  const form = new FormData();
  form.append("upload_token", token);
  form.append("guest_name", given.slice(0, 200));
  form.append("guest_note", given.slice(0, 2000));
  form.append("file", new File([file], `${given.slice(0, 240)}.jpg`));
  const url = `${server.url}/api/2/photo/redeem-upload-token`;
  const answer = await (await fetch(url, { method: "POST", body: form })).text();
  const id = /^ok \S+ \d+ (\d+)/.exec(answer)?.[1];
  if (id === undefined) throw new Error(`not taken: ${answer}`);
  const { items } = await callApi<{ items: Link[] }>(server, "upload-token/list", { size: 1 });
  const [photo] = await callApi<{ tags: string }[]>(server, "photo/list", { photo_id: id });
  return {
    photo: Number(id),
    link: items[0]?.token_id ?? 0,
    tag: photo?.tags.replaceAll('"', "") ?? "",
  };
}

describe.each(browsers)("%s", (name) => {
  const browser = browserForAll(name);

  test.each(["photos", "links", "callbacks", "keys", "storage"])(
    "all of them in %s",
    async (view) => {
      const visit = await openArchive(browser, server, { view, screen: "phone" });
      await settled(visit.page);
      expect(await tracesOf(visit.page)).toEqual([]);
    },
  );

  test("each one's photo, what it is found by, and its link", async () => {
    const visit = await openArchive(browser, server, { view: "photos", screen: "phone" });
    const { page } = visit;
    const found: Record<string, string[]> = {};
    const look = async (what: string, place: string) => {
      await goToView(page, place);
      if (place.startsWith("photos?photo=")) {
        await page.getByRole("button", { name: "Details", exact: true }).click();
        await page.getByRole("textbox", { name: "Title", exact: true }).waitFor();
      }
      await settled(page);
      const traces = await tracesOf(page);
      if (traces.length > 0) found[`${what}: ${place}`] = traces;
    };
    for (const [what, { photo, link, tag }] of sent) {
      const search = HOSTILE[what]?.slice(0, 80).toWellFormed() ?? "";
      await look(what, `photos?photo=${photo}`);
      await look(what, `photos?token_id=${link}`);
      await look(what, `photos?${new URLSearchParams({ tag })}`);
      await look(what, `photos?${new URLSearchParams({ search })}`);
    }
    await page.getByRole("button", { name: "Filter and order", exact: true }).click();
    await page.getByRole("combobox", { name: "Order", exact: true }).waitFor();
    expect(await tracesOf(page)).toEqual([]);
    expect(found).toEqual({});
  }, 120_000);
});

/** Nothing is asked of the server any more. */
async function settled(page: Page): Promise<void> {
  // The page listens to events for as long as it is open, so the network is never idle.
  let pending = 0;
  const begin = () => (pending += 1);
  const end = () => (pending -= 1);
  page.on("request", begin);
  page.on("requestfinished", end);
  page.on("requestfailed", end);
  for (let quiet = 0; quiet < 4; quiet = pending > 0 ? 0 : quiet + 1) await page.waitForTimeout(50);
  page.off("request", begin);
  page.off("requestfinished", end);
  page.off("requestfailed", end);
}
