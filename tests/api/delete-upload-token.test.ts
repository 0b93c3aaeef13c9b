import { describe, expect, test } from "bun:test";
import { hashSecret } from "../../src/random.ts";
import { fetchOriginal, rowOf, uploaded } from "../support/archive.ts";
import { pieces, type Plan } from "../support/chunks.ts";
import { rowsOf } from "../support/database.ts";
import { siteForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { fileForm, photoIn, redeem, sendChunk } from "../support/redeem.ts";
import { startTestSite, type TestSite } from "../support/site.ts";

const site = siteForAll();

function remove(
  fields: Record<string, string | number>,
  { version = 2, origin, of = site }: { version?: 1 | 2; origin?: string; of?: TestSite } = {},
): Promise<Response> {
  const query = new URLSearchParams(
    Object.entries(fields).map(([name, value]) => [name, `${value}`]),
  );
  const headers: Record<string, string> = origin ? { origin } : {};
  return of.call(`/api/${version === 2 ? "2/" : ""}photo/delete-upload-token?${query}`, {
    headers,
  });
}

async function expectCode(answer: Response, status: number, code: string): Promise<void> {
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([status, code]);
}

describe("delete-upload-token", () => {
  test("puts a photo that came with the token into the trash, and its use does not come back", async () => {
    const photo = await uploaded(site);
    const { uploadToken, photo_id } = photo;
    const answer = await remove({ upload_token: uploadToken, photo_id });
    expect([answer.status, await answer.json()]).toEqual([
      200,
      {
        status: "ok",
        permission_level: "anonymous",
        cached: false,
        message: "The photo/video was deleted",
        data: {},
      },
    ]);
    expect(await rowOf(site, photo)).toBeUndefined();
    expect((await fetchOriginal(site, photo)).status).toBe(404);
    const again = await redeem(site, fileForm(uploadToken, png(300)));
    expect([again.status, await again.text()]).toEqual([
      404,
      "The upload token has already been used.",
    ]);
    await expectCode(await remove({ upload_token: uploadToken, photo_id }), 404, "no_such_photo");
    expect((await site.callWithKey(`/api/2/photo/restore?photo_id=${photo_id}`)).status).toBe(200);
    expect(await (await fetchOriginal(site, photo)).bytes()).toEqual(photo.bytes);
  });

  test("answers in version 1 as well", async () => {
    const { uploadToken, photo_id } = await uploaded(site);
    const answer = await remove({ upload_token: uploadToken, photo_id }, { version: 1 });
    expect(await answer.text()).toContain(
      '<response status="ok" permission_level="anonymous" message="The photo/video was deleted" cached="0"/>',
    );
  });

  test("refuses what came with another token, or is not there, or not a number", async () => {
    const [own, other] = [await uploaded(site), await uploaded(site)];
    const upload_token = own.uploadToken;
    for (const photo_id of [other.photo_id, 999_999]) {
      await expectCode(await remove({ upload_token, photo_id }), 404, "no_such_photo");
    }
    await expectCode(await remove({ upload_token, photo_id: "x" }), 400, "invalid_input");
    await expectCode(await remove({ upload_token }), 400, "invalid_input");
    await expectCode(await remove({ photo_id: 1 }), 400, "invalid_input");
    const unknown = await remove({ upload_token: "nonsense", photo_id: own.photo_id });
    await expectCode(unknown, 404, "invalid_upload_token");
    for (const photo of [own, other]) expect((await fetchOriginal(site, photo)).status).toBe(200);
  });

  test("with an identifier, only the photo of that upload", async () => {
    const plan: Plan = { identifier: "i", filename: "a.png", chunkSize: 1000, totalSize: 1500 };
    const upload_token = await site.token();
    const [piece] = pieces(plan);
    const answer = await sendChunk(site, upload_token, plan, piece as never, png(1500));
    const { photo_id } = await photoIn(answer);
    const wrong = await remove({ upload_token, photo_id, resumableIdentifier: "other" });
    await expectCode(wrong, 404, "no_such_photo");
    const right = await remove({ upload_token, photo_id, resumableIdentifier: "i" });
    expect(right.status).toBe(200);
  });

  test("refuses a photo whose bytes came with another token since", async () => {
    const photo = await uploaded(site);
    const { uploadToken: replacing } = await uploaded(site);
    const { records, now } = site.site;
    const token = await records.tokens.byHash(hashSecret(replacing));
    // As a replacement does it: an upload of another token makes a new original of the photo.
    const begun = await records.uploads.transact(
      { tokenId: token?.id ?? 0, identity: null },
      now(),
      () => ({
        value: 0,
        changes: [
          {
            kind: "begin" as const,
            upload: {
              identity: null,
              filename: "b.png",
              file: "R".repeat(24),
              replaces: photo.photo_id,
              clientInfo: {},
              sealedToken: null,
              state: "finalizing" as const,
              received: 300,
              lease: "test",
              failure: null,
            },
          },
          {
            kind: "photo" as const,
            original: { type: "image/png", size: 300 },
            photo: () => ({ token: "", treeId: 1 }),
            delivery: () => null,
          },
        ],
      }),
    );
    expect(begun.photo).toMatchObject({ id: photo.photo_id, original: { version: 2 } });
    const answer = await remove({ upload_token: photo.uploadToken, photo_id: photo.photo_id });
    await expectCode(answer, 404, "no_such_photo");
    expect(
      rowsOf(site, `select id from photos where deleted_at is null and id = ${photo.photo_id}`),
    ).toHaveLength(1);
  });

  test("works until the token's grace time is over", async () => {
    const own = await startTestSite();
    const photos = [
      await uploaded(own, { valid_minutes: 15 }),
      await uploaded(own, { valid_minutes: 15 }),
    ];
    const answers: number[] = [];
    for (const { uploadToken, photo_id } of photos) {
      own.advance(24 * 3_600_000);
      const answer = await remove({ upload_token: uploadToken, photo_id }, { of: own });
      answers.push(answer.status);
    }
    expect(answers).toEqual([200, 404]);
    await own.stop();
  });

  test("a token of one origin is refused from another", async () => {
    const { uploadToken, photo_id } = await uploaded(site, { origin: "https://shop.example" });
    const of = { upload_token: uploadToken, photo_id };
    const bad = await remove(of, { origin: "https://other.example" });
    await expectCode(bad, 403, "origin_refused");
    expect((await remove(of, { origin: "https://shop.example" })).status).toBe(200);
  });
});
