import { expect, test } from "bun:test";
import { siteForAll } from "../support/lifetime.ts";
import { fileForm, photoIn, redeem } from "../support/redeem.ts";
import { png } from "../support/media.ts";

const site = siteForAll();

async function origin(photoId: number, call = site.callWithKey) {
  const answer = await call(`/api/2/photo/origin?photo_id=${photoId}`);
  return (await answer.json()) as { code?: string; data: Record<string, unknown> };
}

test("says by which link a photo came, and what its guest said, also after its bytes were replaced, and in the trash", async () => {
  const token = await site.token({ title: "Summer party", sender: "The choir" });
  const form = fileForm(token, png(300), "cat.png", {
    guest_name: "Ann <b>",
    guest_note: "From the second evening.",
    other: "mine",
  });
  const { photo_id: id } = await photoIn(await redeem(site, form));
  const replacing = new FormData();
  replacing.append("photo_id", String(id));
  replacing.append("file", new File([png(400)], "new.png"));
  const replaced = await site.callWithKey("/api/2/photo/replace", {
    method: "POST",
    body: replacing,
  });
  expect(replaced.status).toBe(200);
  await site.callWithKey(`/api/2/photo/delete?photo_id=${id}`);
  const { data } = await origin(id);
  expect(data).toEqual({
    token_id: expect.any(Number),
    link_title: "Summer party",
    link_sender: "The choir",
    guest_name: "Ann <b>",
    guest_note: "From the second evening.",
  });
  expect(data["token_id"]).toBeGreaterThan(0);
});

test("a photo that came without a link has none", async () => {
  const form = new FormData();
  form.append("file", new File([png(300)], "own.png"));
  const answer = await site.callWithKey("/api/2/photo/upload", { method: "POST", body: form });
  const { data } = (await answer.json()) as { data: { photo_id: number } };
  expect((await origin(data.photo_id)).data).toEqual({
    token_id: 0,
    link_title: "",
    link_sender: "",
    guest_name: "",
    guest_note: "",
  });
});

test("is told to nobody without a key, and of no photo that is not there", async () => {
  expect((await origin(1, site.call)).code).toBe("missing_authentication");
  expect((await origin(99)).code).toBe("no_such_photo");
});
