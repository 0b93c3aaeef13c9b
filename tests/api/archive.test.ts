import { beforeAll, describe, expect, test } from "bun:test";
import { addKey } from "../../src/api-keys.ts";
import { makeAlbum, type MadeAlbum } from "../support/albums.ts";
import { siteForAll } from "../support/lifetime.ts";
import { mp4, png } from "../support/media.ts";
import { fileForm, photoIn, redeem, type PhotoIds } from "../support/redeem.ts";

/** Albums, tags, and what `list` finds: protocol 6. */

type Row = Record<string, unknown>;
type Listed = {
  status: string;
  code?: string;
  message: string;
  total_count: number;
  next?: string;
  data: Row[];
};

const site = siteForAll({ REDEEM_PUBLIC_LIST: "1" });
let readKey = "";
let writeKey = "";
let lake: MadeAlbum;
let secret: MadeAlbum;
const photos: Record<string, PhotoIds> = {};

const ask = async (method: string, parameters: Row = {}, key?: string): Promise<Listed> => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) query.append(name, String(one));
  }
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  const answer = await site.call(`/api/2/${method}?${query}`, { headers });
  return (await answer.json()) as Listed;
};
const list = (parameters: Row = {}, key?: string) => ask("photo/list", parameters, key);

async function upload(name: string, parameters: Row, bytes = png(300)): Promise<void> {
  const token = await site.token(parameters as Record<string, string>);
  photos[name] = await photoIn(await redeem(site, fileForm(token, bytes, `${name}.bin`)));
  // Each a moment after the one before.
  site.advance(1000);
}

/** The names of the photos in an answer. */
const names = ({ data }: Listed) =>
  data.map(
    ({ photo_id: id }) => Object.entries(photos).find(([, photo]) => photo.photo_id === id)?.[0],
  );
const found = async (parameters: Row, key?: string) => {
  const answer = await list(parameters, key);
  if (answer.status !== "ok") throw new Error(answer.message);
  expect(answer.total_count).toBe(answer.data.length);
  return names(answer).join(" ");
};

beforeAll(async () => {
  readKey = (await addKey(site.site.records, "read", "reader")).secret;
  writeKey = (await addKey(site.site.records, "write", "writer")).secret;
  lake = await makeAlbum(site, { title: "At the <b>lake</b>", description: "<b>Wet</b>" });
  secret = await makeAlbum(site, { title: "Secret", hide_p: 1 });
  const both = `${lake.album_id},${secret.album_id}`;
  await upload("boat", { title: "A boat", tags: 'Summer "by the lake"', album_id: both });
  await upload("film", { title: "b film", tags: "SUMMER geo:lat=1", user_id: 5 }, mp4(300));
  await upload("draft", { title: "Draft", tags: "summer", publish: 0, album_id: lake.album_id });
  await upload("cake", { title: "Çake", description: "with <i>cream</i> & nuts", tags: "party" });
});

describe("list finds", () => {
  test.each<[string, Row, string]>([
    ["all that is published, newest first", {}, "cake film boat"],
    ["backwards", { order: "asc" }, "boat film cake"],
    ["by title", { orderby: "title", order: "asc" }, "boat film cake"],
    ["by when they came", { orderby: "uploaded", order: "asc" }, "boat film cake"],
    ["by when they were taken", { orderby: "taken" }, "cake film boat"],
    ["a tag without case", { tags: "sUmMeR" }, "film boat"],
    ["a quoted tag", { tags: '"by the lake"' }, "boat"],
    ["all of some tags", { tags: 'summer "By The Lake"' }, "boat"],
    ["any of some tags", { tags: "party geo:lat=1", tag_mode: "any" }, "cake film"],
    ["one tag as it is", { tag: "by the lake" }, "boat"],
    ["one tag twice", { tag: ["summer", "geo:lat=1"] }, "film"],
    ["tags that nobody has", { tags: "nobody" }, ""],
    ["a word of the title, without its accent", { search: "cake" }, "cake"],
    ["the beginning of a word of the description", { search: "cream nu" }, "cake"],
    ["a word of a file's name", { search: "film bin" }, "film"],
    ["no word's middle", { search: "ream" }, ""],
    ["what a query language would take for its own", { search: 'NEAR(" OR * ) -boat^' }, ""],
    ["no letters at all", { search: "!?" }, ""],
    ["videos", { video_p: 1 }, "film"],
    ["no videos", { video_p: 0 }, "cake boat"],
    ["no audio", { audio_p: 0, video_p: 0 }, "cake boat"],
    ["an owner", { user_id: 5 }, "film"],
    ["the year", { year: new Date().getUTCFullYear() + 1 }, ""],
    ["several things at once", { tags: "summer", video_p: 0, search: "boat" }, "boat"],
  ])("%s", async (_, parameters, wanted) => {
    expect(await found(parameters)).toBe(wanted);
  });

  test("photos of a year, a month and a day", async () => {
    const now = new Date(site.site.now());
    const [year, month, day] = [now.getUTCFullYear(), now.getUTCMonth() + 1, now.getUTCDate()];
    // Nobody's clock strikes midnight in between.
    expect((await list({ year, month, day })).total_count).toBeGreaterThan(0);
    const other = month === 1 ? 2 : 1;
    expect(await found({ year, month: other })).toBe("");
  });

  test("photos of an album; of a hidden one for its token and for a key", async () => {
    expect(await found({ album_id: lake.album_id })).toBe("boat");
    expect(await found({ album_id: lake.album_id, include_unpublished_p: 1 }, readKey)).toBe(
      "draft boat",
    );
    expect(await found({ album_id: secret.album_id })).toBe("");
    // The album is hidden, and not its photos, which may be in others.
    expect(await found({ search: "boat" })).toBe("boat");
    expect(await found({ album_id: secret.album_id, token: secret.token })).toBe("boat");
    expect(await found({ album_id: secret.album_id, token: lake.token })).toBe("");
    expect(await found({ album_id: secret.album_id }, readKey)).toBe("boat");
    expect(await found({ album_id: 999 })).toBe("");
  });

  test("what is in the trash, for whoever may write", async () => {
    const { photo_id: id } = photos["cake"] as PhotoIds;
    const change = (kind: "trash" | "restore") =>
      site.site.records.photos.transact(id, site.site.now(), () => ({
        changes: [{ kind }],
        value: undefined,
      }));
    await change("trash");
    expect(await found({ deleted_p: 1 }, writeKey)).toBe("cake");
    expect(await found({ search: "cake" })).toBe("");
    expect(await list({ deleted_p: 1 }, readKey)).toMatchObject({ code: "permission_denied" });
    await change("restore");
    expect(await found({ search: "cake" })).toBe("cake");
  });

  test("pages one after the other, by next, in both versions", async () => {
    const first = await list({ size: 2 });
    expect([names(first), first.total_count]).toEqual([["cake", "film"], 3]);
    const second = await list({ size: 2, after: first.next });
    expect([names(second), second.total_count, second.next]).toEqual([["boat"], 3, undefined]);
    const xml = await (await site.call("/api/photo/list?size=2")).text();
    expect(xml).toContain(`total_count="3" next="${first.next}"`);
    const json = await (await site.call("/api/photo/list?size=2&format=json&raw")).json();
    expect(json).toMatchObject({ next: first.next });
  });

  test.each<[Row, string]>([
    [{ orderby: "views" }, "views, comments, words and rating are not supported"],
    [{ order: "up" }, "desc or asc"],
    [{ tag_mode: "none" }, "and, all or any"],
    [{ tags: '""' }, "tags must be 1 to 20 tags, not 0"],
    [{ tags: Array.from({ length: 21 }, (_, index) => index).join(" ") }, "not 21"],
    [{ video_encoded_p: 1 }, "video_encoded_p is not supported"],
    [{ month: 1 }, "month needs year"],
    [{ year: 2026, day: 1 }, "day needs month"],
    [{ year: 2026, month: 2, day: 30 }, 'not "30"'],
    [{ year: 26 }, "a whole number from 1970 to 9999"],
    [{ video_p: "maybe" }, "video_p must be 1 or 0"],
    [{ size: 501 }, "size must be a whole number from 1 to 500"],
    [{ after: "nonsense" }, "after must be what an answer"],
    [{ after: "a b" }, "after must be what an answer gave as next"],
    [{ album_id: "1,2" }, "album_id must be a whole number"],
  ])("nothing by %j, and says why", async (parameters, words) => {
    const answer = await list(parameters);
    expect(answer).toMatchObject({ status: "error", code: "invalid_input" });
    expect(answer.message).toContain(words);
  });

  test("nothing by a place of another order, or together with a page", async () => {
    const { next } = await list({ size: 1 });
    expect((await list({ after: next, orderby: "title" })).code).toBe("invalid_input");
    expect((await list({ after: next, p: 2 })).message).toContain("cannot be used together");
  });

  test("unpublished photos for nobody without a key", async () => {
    expect((await list({ include_unpublished_p: 1 })).code).toBe("missing_authentication");
    expect(await found({ search: "draft" }, readKey)).toBe("");
    expect(await found({ search: "draft", include_unpublished_p: 1 }, readKey)).toBe("draft");
  });

  test("how many albums and tags a photo has", async () => {
    const { data } = await list({ search: "boat" });
    expect(data[0]).toMatchObject({
      number_of_albums: 2,
      number_of_tags: 2,
      album_id: `${lake.album_id},${secret.album_id}`,
    });
  });
});

describe("tag/list", () => {
  const tags = async (parameters: Row = {}, key?: string) =>
    (await ask("tag/list", parameters, key)).data.map(({ tag, count }) => `${tag}:${count}`);

  test("counts what the caller may see, a tag as it was written first", async () => {
    expect(await tags()).toEqual(["by the lake:1", "geo:lat=1:1", "party:1", "Summer:2"]);
    expect(await tags({ search: "SUMM" }, readKey)).toEqual(["Summer:3"]);
  });

  test("in other orders, without machine tags, as people read them, by pages", async () => {
    expect(await tags({ orderby: "count" })).toEqual([
      "Summer:2",
      "party:1",
      "geo:lat=1:1",
      "by the lake:1",
    ]);
    expect(await tags({ order: "desc", size: 1 })).toEqual(["Summer:2"]);
    expect(await tags({ exclude_machine_tags_p: 1, p: 2, size: 2 })).toEqual(["Summer:2"]);
    expect(await tags({ reformat_tags_p: 1, search: "geo" })).toEqual(["lat=1:1"]);
    const answer = await ask("tag/list", { size: 1 });
    expect(answer.total_count).toBe(4);
  });

  test.each<[Row, string]>([
    [{ orderby: "name" }, "tag or count"],
    [{ size: 0 }, "from 1 to 100"],
  ])("refuses %j", async (parameters, words) => {
    const answer = await ask("tag/list", parameters);
    expect([answer.code, answer.message]).toEqual([
      "invalid_input",
      expect.stringContaining(words),
    ]);
  });
});

const titles = async (parameters: Row = {}, key?: string) => {
  const answer = await ask("album/list", parameters, key);
  if (answer.status !== "ok") throw new Error(answer.message);
  return answer.data.map(({ title, number_of_photos: count }) => `${title}:${count}`);
};

describe("album/list", () => {
  test("shows albums with their photos and the newest of these", async () => {
    const { data } = await ask("album/list");
    const { photo_id: id, tree_id: tree, token } = photos["boat"] as PhotoIds;
    expect(data).toEqual([
      {
        album_id: lake.album_id,
        title: "At the lake",
        pretty_date: expect.stringMatching(/^\w+ \d+, \d{4}$/),
        pretty_time: expect.stringMatching(/^\d\d:\d\d [AP]M$/),
        creation_date_ansi: expect.stringMatching(/^\d{4}-\d\d-\d\d /),
        editing_date_ansi: expect.stringMatching(/^\d{4}-\d\d-\d\d /),
        user_id: 0,
        number_of_photos: 1,
        cover_photo_id: id,
        cover_tree_id: tree,
        cover_token: token,
        cover_original_download: `/${tree}/${id}/${token}/original`,
        content: "<b>Wet</b>",
        content_text: "Wet",
      },
    ]);
  });

  test("shows hidden ones, tokens and unpublished photos to a key alone", async () => {
    expect(await titles({ order: "asc" }, readKey)).toEqual(["At the lake:2"]);
    expect(await titles({ include_hidden_p: 1, order: "asc" }, readKey)).toEqual([
      "At the lake:2",
      "Secret:1",
    ]);
    const [row] = (await ask("album/list", { album_id: lake.album_id }, readKey)).data;
    expect(row).toMatchObject({ token: lake.token, hide_p: false });
    expect((await ask("album/list", { include_hidden_p: 1 })).code).toBe("missing_authentication");
  });

  test("shows one that is hidden to whoever has its token", async () => {
    const { album_id: id, token } = secret;
    expect(await titles({ album_id: id })).toEqual([]);
    expect(await titles({ album_id: id, token })).toEqual(["Secret:1"]);
    expect(await titles({ album_id: id, token: lake.token })).toEqual([]);
  });

  test("finds them by photo, owner and words, in orders and pages", async () => {
    const all = { include_hidden_p: 1 };
    expect(await titles({ photo_id: photos["boat"]?.photo_id })).toEqual(["At the lake:1"]);
    expect(await titles({ photo_id: photos["draft"]?.photo_id })).toEqual([]);
    expect(await titles({ photo_id: photos["draft"]?.photo_id }, readKey)).toEqual([
      "At the lake:2",
    ]);
    expect(await titles({ user_id: 99 })).toEqual([]);
    expect(await titles({ search: "lake w" })).toEqual(["At the lake:1"]);
    expect(await titles({ search: "akes" })).toEqual([]);
    expect(await titles({ ...all, orderby: "title" }, readKey)).toEqual([
      "Secret:1",
      "At the lake:2",
    ]);
    expect(await titles({ ...all, orderby: "editing_date", size: 1, p: 2 }, readKey)).toEqual([
      "At the lake:2",
    ]);
  });

  test("does not know sortkey, and says so", async () => {
    const answer = await ask("album/list", { orderby: "sortkey" });
    expect(answer.message).toContain("sortkey is not supported");
  });
});

describe("an album", () => {
  test("is changed, in what is given, and shows its last change", async () => {
    const { album_id: id } = await makeAlbum(site, { title: "Old", description: "Stays" });
    site.advance(5000);
    const changed = await ask(
      "album/update",
      { album_id: id, title: "<i>New</i>", hide_p: 1 },
      writeKey,
    );
    expect(changed).toMatchObject({ message: "The album was successfully updated", data: {} });
    const [row] = (await ask("album/list", { album_id: id, include_hidden_p: 1 }, readKey)).data;
    expect(row).toMatchObject({ title: "New", content: "Stays", hide_p: true });
    expect(row?.["editing_date_ansi"]).not.toBe(row?.["creation_date_ansi"]);
  });

  test("is deleted, and its photos stay, also those that come later with its token", async () => {
    const album = await makeAlbum(site);
    const token = await site.token({
      album_id: `${lake.album_id},${album.album_id}`,
      max_uploads: 2,
    });
    const photo = await photoIn(await redeem(site, fileForm(token, png(300), "one.png")));
    const answer = await ask("album/delete", { album_id: album.album_id }, writeKey);
    expect(answer).toMatchObject({ message: "The album was deleted", data: {} });
    const later = await photoIn(await redeem(site, fileForm(token, png(300), "two.png")));
    for (const { photo_id: id } of [photo, later]) {
      const [row] = (await list({ photo_id: id })).data;
      expect(row).toMatchObject({ album_id: String(lake.album_id), number_of_albums: 1 });
    }
    expect(await found({ album_id: album.album_id })).toBe("");
    const again = await ask("album/delete", { album_id: album.album_id }, writeKey);
    expect(again.code).toBe("no_such_album");
    for (const { photo_id: id } of [photo, later]) {
      await site.site.records.photos.transact(id, site.site.now(), () => ({
        changes: [{ kind: "remove" }],
        value: undefined,
      }));
    }
  });

  test("that is deleted while photos are made for it has none of them", async () => {
    const album = await makeAlbum(site);
    const token = await site.token({ album_id: album.album_id, max_uploads: 6 });
    const sending = Array.from({ length: 6 }, async (_, index) =>
      photoIn(await redeem(site, fileForm(token, png(300), `${index}.png`))),
    );
    const [, ...made] = await Promise.all([
      ask("album/delete", { album_id: album.album_id }, writeKey),
      ...sending,
    ]);
    for (const { photo_id: id } of made) {
      expect((await list({ photo_id: id })).data[0]).toMatchObject({ album_id: "" });
      await site.site.records.photos.transact(id, site.site.now(), () => ({
        changes: [{ kind: "remove" }],
        value: undefined,
      }));
    }
  });

  test.each<[string, Row, string, string]>([
    ["album/create", {}, "invalid_input", "title is missing"],
    ["album/create", { title: "<p></p>" }, "invalid_input", "nothing is left of it"],
    ["album/create", { title: "x", hide_p: "maybe" }, "invalid_input", "hide_p must be 1 or 0"],
    ["album/update", { title: "x" }, "invalid_input", "album_id is missing"],
    ["album/update", { album_id: 999, title: "x" }, "no_such_album", "There is no such album."],
    ["album/update", { album_id: 1, title: "<p></p>" }, "invalid_input", "nothing is left of it"],
    ["album/delete", { album_id: "one" }, "invalid_input", "album_id must be a whole number"],
    ["album/delete", { album_id: 999 }, "no_such_album", "There is no such album."],
  ])("%s %j is %s", async (method, parameters, code, words) => {
    const answer = await ask(method, parameters, writeKey);
    expect([answer.code, answer.message]).toEqual([code, expect.stringContaining(words)]);
  });

  test("needs level write, and an owner of another user level super", async () => {
    for (const method of ["album/create", "album/update", "album/delete"]) {
      const parameters = { album_id: lake.album_id, title: "x" };
      expect((await ask(method, parameters, readKey)).code).toBe("permission_denied");
      expect((await ask(method, parameters)).code).toBe("missing_authentication");
    }
    const { data } = await ask("album/create", { title: "Mine", user_id: 77 }, writeKey);
    const { album_id: id } = data as unknown as MadeAlbum;
    const [row] = (await ask("album/list", { album_id: id })).data;
    expect(row?.["user_id"]).not.toBe(77);
  });
});

describe("without REDEEM_PUBLIC_LIST", () => {
  const closed = siteForAll();

  test("albums and tags are for keys, and an album's token opens it", async () => {
    const album = await makeAlbum(closed, { title: "Closed" });
    const token = await closed.token({ album_id: album.album_id });
    await redeem(closed, fileForm(token, png(300)));
    const call = async (path: string): Promise<[number, number | null]> => {
      const answer = await closed.call(`/api/2/${path}`);
      return [answer.status, ((await answer.json()) as Listed).total_count ?? null];
    };
    for (const path of ["album/list", "tag/list", `photo/list?album_id=${album.album_id}`]) {
      expect(await call(path)).toEqual([401, null]);
    }
    const opened = `album_id=${album.album_id}&token=${album.token}`;
    expect(await call(`album/list?${opened}`)).toEqual([200, 1]);
    expect(await call(`photo/list?${opened}`)).toEqual([200, 1]);
    expect(await call(`photo/list?${opened}&include_unpublished_p=1`)).toEqual([401, null]);
  });
});
