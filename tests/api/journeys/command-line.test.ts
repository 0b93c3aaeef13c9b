import { beforeAll, expect, test } from "bun:test";
import { addKey } from "../../../src/api-keys.ts";
import { chunkFields, pieces, type Plan } from "../../support/chunks.ts";
import { siteForAll } from "../../support/lifetime.ts";
import { png } from "../../support/media.ts";
import {
  fileForm,
  formOf,
  originalOf,
  redeemPath,
  type Part,
  type PhotoIds,
} from "../../support/redeem.ts";
import { ORIGIN } from "../../support/site.ts";

/** A Node command-line client (v2, Bearer) from its first request to its last (protocol 7). */

const site = siteForAll();
let bearer: string;
beforeAll(async () => {
  bearer = (await addKey(site.site.records, "write", "client")).secret;
});

type Fields = Record<string, string>;
const partsOf = (fields: Fields): Part[] => Object.entries(fields);
const OLD = png(10_500, 1);
const NEW = png(7_300, 2);

const call = (path: string, init: RequestInit = {}) =>
  site.call(path, { ...init, headers: { authorization: `Bearer ${bearer}` } });
const read = async <T>(response: Response) => {
  expect(response.status).toBe(200);
  return (await response.json()) as T;
};
const post = (path: string, fields: Fields) =>
  call(path, { method: "POST", body: new URLSearchParams(fields) });

/** Token, file, then the rest, five at a time; with its key, which counts for nothing beside a token. @returns the answer that has the photo */
async function sendChunks(path: string, token: Fields, file: Uint8Array<ArrayBuffer>) {
  const plan: Plan = {
    identifier: "cat.png",
    filename: "cat.png",
    chunkSize: 1000,
    totalSize: file.length,
  };
  // Its last chunk has what is left over.
  const waiting = pieces(plan);
  const count = String(waiting.length);
  const answers: string[] = [];
  const work = async () => {
    for (let piece = waiting.shift(); piece; piece = waiting.shift()) {
      const body = formOf([
        ...partsOf(token),
        ["file", file.slice(piece.start, piece.end), "cat.png"],
        ...chunkFields(plan, piece.number),
        ["resumableTotalChunks", count],
      ]);
      const answer = await call(path, { method: "POST", body });
      expect(answer.status).toBe(200);
      answers.push(await answer.text());
    }
  };
  await Promise.all(Array.from({ length: 5 }, work));
  const [outcome = "", ...more] = answers.filter((answer) => answer !== "ok");
  expect(more).toEqual([]);
  const { photo_id, tree_id, token: secret } = JSON.parse(outcome) as PhotoIds;
  return { photo_id, tree_id, token: secret };
}

test("signs in, uploads, lists, updates, replaces and deletes", async () => {
  const known = await read<{ sites: Record<string, unknown>[] }>(
    await call("/api/2/user/tokens?cross_sites_p=1"),
  );
  expect(known.sites).toHaveLength(1);
  expect(known.sites[0]).toMatchObject({ domain: "redeem.test", bearer_token: bearer });
  // From here on all its addresses begin with the one that it was told.
  const base = `${String(known.sites[0]?.["api_base_url"]).slice(ORIGIN.length)}api/2/`;

  const album = await read<{ data: { album_id: number } }>(
    await post(`${base}album/create`, { title: "Cats" }),
  );
  const query = new URLSearchParams({
    title: "A cat",
    description: "On <b>the</b> roof",
    tags: 'cat "on a roof"',
    album_id: String(album.data.album_id),
    publish: "1",
  });
  const granted = await read<{ data: { upload_token: string } }>(
    await call(`${base}photo/get-upload-token?${query}`),
  );
  const uploaded = await sendChunks(
    `${base}photo/redeem-upload-token`,
    { upload_token: granted.data.upload_token },
    OLD,
  );
  expect(await originalOf(site, uploaded)).toEqual(OLD);

  type List = { data: Record<string, unknown>[]; total_count: number };
  const listed = await read<List>(
    await call(`${base}photo/list?p=1&size=100&include_unpublished_p=1`),
  );
  expect(listed.total_count).toBe(listed.data.length);
  expect(listed.data).toContainEqual(
    expect.objectContaining({
      photo_id: uploaded.photo_id,
      title: "A cat",
      content_text: "On the roof",
      tags: 'cat "on a roof"',
      album_id: String(album.data.album_id),
      published_p: true,
    }),
  );

  const id = String(uploaded.photo_id);
  const changes = { photo_id: id, title: "The same cat", tags: "cat", published_p: "0" };
  await read(await post(`${base}photo/update`, changes));
  const one = `${base}photo/list?photo_id=${id}`;
  expect((await read<List>(await call(one))).data).toEqual([]);
  const unpublished = await read<List>(await call(`${one}&include_unpublished_p=1`));
  expect(unpublished.data).toMatchObject([{ title: "The same cat", tags: "cat" }]);

  const replacing = await read<{ data: { replace_token: string } }>(
    await call(`${base}photo/get-replace-token?photo_id=${id}`),
  );
  const token = { replace_token: replacing.data.replace_token };
  expect(await sendChunks(`${base}photo/replace`, token, NEW)).toEqual(uploaded);
  expect(await originalOf(site, uploaded)).toEqual(NEW);

  await read(await post(`${base}photo/delete`, { photo_id: id }));
  expect((await read<List>(await call(`${one}&include_unpublished_p=1`))).data).toEqual([]);
  await read(await post(`${base}album/delete`, { album_id: String(album.data.album_id) }));
});

test("goes through all pages by total_count", async () => {
  const token = await site.token({ max_uploads: 101, tags: "many" });
  for (let index = 0; index < 101; index += 1) {
    const answer = await site.call(redeemPath(), {
      method: "POST",
      body: fileForm(token, png(500, index)),
    });
    expect(answer.status).toBe(200);
  }
  const found = new Set<number>();
  for (let page = 1; page <= 2; page += 1) {
    const answer = await read<{ data: { photo_id: number }[]; total_count: number }>(
      await call(`/api/2/photo/list?tags=many&p=${page}&size=100`),
    );
    expect(answer.total_count).toBe(101);
    for (const { photo_id: id } of answer.data) found.add(id);
  }
  expect(found.size).toBe(101);
});
