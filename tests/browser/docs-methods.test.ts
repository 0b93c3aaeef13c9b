import { expect, test } from "bun:test";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { browserForAll } from "../support/browsers.ts";
import { authorize, execute, openDocs, toggleHeading, tryOut } from "../support/docs.ts";
import { serverForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";

/** Issue 9, 6: what /docs says of a method is enough to call it, for every operation of version 2 and some of version 1. */

// Of what nobody answers there is a callback that can be made again.
const server = serverForAll({
  env: { REDEEM_PINGBACK_URL: "http://127.0.0.1:9/", REDEEM_CALLBACK_PRIVATE: "1" },
});
const browser = browserForAll("chromium");

const SIZE = 5000;

type Values = Record<string, string>;

/** One operation: what is filled in, and what of its answer is kept for later ones. */
type Step = {
  id: string;
  fields?: Values;
  /** A file is chosen: in the form, or as the whole body. */
  file?: boolean;
  /** Field of the answer -> the name it is kept under. */
  keep?: Values;
  /** Of an answer that is no envelope. */
  plain?: number;
};

const chunk = (identifier: string): Values => ({
  resumableChunkNumber: "1",
  resumableChunkSize: String(SIZE),
  resumableTotalSize: String(SIZE),
  resumableIdentifier: identifier,
  resumableFilename: "chosen.png",
});

/** In an order in which somebody could want them. `$name` is what an earlier answer had. */
const STEPS: Step[] = [
  { id: "albumCreate", fields: { title: "Summer party" }, keep: { album_id: "album" } },
  { id: "albumCreateByPost", fields: { title: "Winter party" }, keep: { album_id: "other" } },
  { id: "albumUpdate", fields: { album_id: "$album", description: "At <b>the lake</b>." } },
  { id: "albumUpdateByPost", fields: { album_id: "$other", hide_p: "true" } },
  { id: "albumList", fields: { include_hidden_p: "true", orderby: "title", order: "asc" } },
  { id: "albumListByPost", fields: { search: "summer", size: "5" } },

  {
    id: "getUploadToken",
    fields: { title: "At the lake", tags: "party", album_id: "$album", max_uploads: "9" },
    keep: { upload_token: "token" },
  },
  {
    id: "getUploadTokenByPost",
    fields: { max_uploads: "3", valid_minutes: "30", types: "image/*" },
    keep: { upload_token: "second" },
  },
  { id: "updateUploadToken", fields: { upload_token: "$second", title: "From the page" } },
  { id: "uploadTokenStatus", fields: { upload_token: "$second" }, keep: { state: "state" } },
  { id: "uploadTokenStatusByPost", fields: { upload_token: "$second", passphrase: "midsummer" } },
  {
    id: "cancelUpload",
    fields: {
      upload_token: "$second",
      resumableIdentifier: "never begun",
      resumableTotalSize: "9",
      resumableChunkSize: "9",
    },
  },
  {
    id: "cancelUploadByPost",
    fields: { upload_token: "$second", resumableTotalSize: "9", filename: "a.png" },
  },
  {
    id: "redeemUploadToken",
    fields: { upload_token: "$token" },
    file: true,
    keep: { photo_id: "one" },
  },
  {
    id: "redeemUploadTokenMany",
    fields: { upload_token: "$token", ...chunk("one of many") },
    file: true,
  },
  {
    id: "redeemUploadTokenByPut",
    fields: { upload_token: "$token", resumableFilename: "put.png" },
    file: true,
    keep: { photo_id: "two" },
  },
  {
    id: "redeemUploadTokenByPatch",
    fields: { upload_token: "$token", ...chunk("patched") },
    file: true,
    keep: { photo_id: "three" },
  },
  {
    id: "redeemUploadTokenTest",
    fields: { upload_token: "$token", ...chunk("patched") },
    keep: { photo_id: "found" },
  },
  {
    id: "updateUploadTokenByPost",
    fields: { upload_token: "$token", resumableIdentifier: "patched", title: "In one chunk" },
  },
  { id: "list", fields: { upload_token: "$token", orderby: "uploaded", order: "asc", size: "9" } },
  {
    id: "listByPost",
    fields: { tags: "party", album_id: "$album", include_unpublished_p: "true" },
  },
  { id: "segments", fields: { upload_token: "$token", orderby: "uploaded", utc_offset: "60" } },
  { id: "origin", fields: { photo_id: "$one" } },
  { id: "originByPost", fields: { photo_id: "$one" } },
  { id: "segmentsByPost", fields: { tags: "party", order: "asc" } },
  { id: "update", fields: { photo_id: "$one", tags: 'party "by the lake"' } },
  { id: "updateByPost", fields: { photo_id: "$one", title: "Changed", published_p: "false" } },

  { id: "changeMany", fields: { photo_id: "$one", add_tags: "many" } },
  { id: "download", fields: { photo_id: "$one" } },
  { id: "downloadByPost", fields: { tags: "party", include_unpublished_p: "true" } },
  { id: "changeManyByPost", fields: { photo_id: "$one", remove_tags: "many", publish: "true" } },

  { id: "replace", fields: { photo_id: "$one" }, file: true },
  { id: "replaceByPut", fields: { photo_id: "$one" }, file: true },
  { id: "replaceByPatch", fields: { photo_id: "$one", ...chunk("again") }, file: true },
  { id: "replaceTest", fields: { photo_id: "$one", ...chunk("again") } },
  {
    id: "getReplaceToken",
    fields: { photo_id: "$two", max_uploads: "3" },
    keep: { replace_token: "replacing" },
  },
  { id: "getReplaceTokenByPost", fields: { photo_id: "$three", valid_minutes: "30" } },
  { id: "redeemReplaceToken", fields: { replace_token: "$replacing" }, file: true },
  { id: "redeemReplaceTokenByPut", fields: { replace_token: "$replacing" }, file: true },
  {
    id: "redeemReplaceTokenByPatch",
    fields: { replace_token: "$replacing", ...chunk("third") },
    file: true,
  },
  {
    id: "redeemReplaceTokenTest",
    fields: { replace_token: "$replacing", ...chunk("third") },
  },

  {
    id: "upload",
    fields: { title: "With a key", tags: "key", publish: "false" },
    file: true,
    keep: { photo_id: "own" },
  },
  { id: "uploadByPut", fields: { title: "Octets" }, file: true },
  { id: "uploadByPatch", fields: { title: "A chunk", ...chunk("own") }, file: true },
  { id: "uploadTest", fields: chunk("not there"), plain: 204 },

  { id: "tagList", fields: { orderby: "count", order: "desc" } },
  { id: "tagListByPost", fields: { search: "part" } },

  { id: "uploadTokenList", fields: { state: "open", size: "1" }, keep: { token_id: "link" } },
  { id: "uploadTokenListByPost", fields: { search: "lake" } },
  { id: "uploadTokenUpdate", fields: { token_id: "$link", valid_minutes: "90" } },
  { id: "uploadTokenUpdateByPost", fields: { token_id: "$link", title: "Another" } },
  { id: "uploadTokenUploads", fields: { token_id: "$link" } },
  { id: "uploadTokenUploadsByPost", fields: { size: "5" } },
  { id: "uploadTokenRevoke", fields: { token_id: "$link" } },
  { id: "uploadTokenRevokeByPost", fields: { token_id: "$link" } },

  // The others have bytes by now that came with another credential (protocol 6).
  { id: "deleteUploadToken", fields: { upload_token: "$token", photo_id: "$three" } },
  { id: "restore", fields: { photo_id: "$three" } },
  { id: "deleteUploadTokenByPost", fields: { upload_token: "$token", photo_id: "$three" } },
  { id: "restoreByPost", fields: { photo_id: "$three" } },
  { id: "delete", fields: { photo_id: "$own" } },
  { id: "deleteByPost", fields: { photo_id: "$own", permanently: "true" } },
  { id: "albumDelete", fields: { album_id: "$album" } },
  { id: "albumDeleteByPost", fields: { album_id: "$other" } },

  { id: "keyCreate", fields: { name: "newsroom", level: "read" }, keep: { key_id: "key" } },
  { id: "keyCreateByPost", fields: { name: "desk" }, keep: { key_id: "other key" } },
  { id: "keyList", fields: { size: "5" } },
  { id: "keyListByPost", fields: { size: "5" } },
  { id: "keyRevoke", fields: { key_id: "$key" } },
  { id: "keyRevokeByPost", fields: { key_id: "$other key" } },
  { id: "deliveryList", fields: { state: "all", size: "1" }, keep: { delivery_id: "delivery" } },
  { id: "deliveryListByPost", fields: { state: "pending" } },
  { id: "deliveryRetry", fields: { delivery_id: "$delivery" } },
  { id: "deliveryRetryByPost", fields: { delivery_id: "$delivery" } },
  { id: "siteStorage" },
  { id: "siteStorageByPost" },
  { id: "siteHealth" },
  { id: "siteHealthByPost" },
  { id: "siteGet" },
  { id: "siteGetByPost" },
  { id: "userTokens", fields: { cross_sites_p: "true" } },
  { id: "userTokensByPost" },
  { id: "echo" },
  { id: "echoByPost" },
];

/** Operations that are tried in version 1, beside those whose answers are needed for them. */
const IN_VERSION_1 = new Set([
  "list",
  "updateByPost",
  "replace",
  "redeemReplaceToken",
  "tagList",
  "deleteByPost",
  "siteGet",
]);

/** Which version a path is of; undefined for pages and files. */
function versionOf(path: string): 1 | 2 | undefined {
  if (!path.startsWith("/api/")) return undefined;
  return path.startsWith("/api/2/") ? 2 : 1;
}

type Operation = { heading: string; path: string };

/** The operations of one version, by their ids. */
async function operationsOf(version: 1 | 2): Promise<Map<string, Operation>> {
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { operationId: string; tags: string[] }>>;
  };
  const found = new Map<string, Operation>();
  for (const [path, verbs] of Object.entries(document.paths)) {
    if (versionOf(path) !== version) continue;
    for (const { operationId, tags } of Object.values(verbs)) {
      found.set(operationId, { heading: tags[0] ?? "", path });
    }
  }
  return found;
}

/** Fills in a parameter or a field of the form, whatever Swagger UI makes of it. */
async function fill(method: Locator, name: string, value: string): Promise<void> {
  const row = method.locator(`[data-param-name="${name}"], [data-property-name="${name}"]`).first();
  const box = row.locator("select, textarea, input:not([type=checkbox])").first();
  const isList = await box.evaluate((element) => element.tagName === "SELECT");
  await (isList ? box.selectOption(value) : box.fill(value));
}

/** What an answer has under a name, in JSON or XML. */
function valueIn(shown: string, name: string): string {
  const found = new RegExp(`"${name}":\\s*"?([\\w-]+)|<${name}>([\\w-]+)<`).exec(shown);
  return found?.[1] ?? found?.[2] ?? "";
}

/** The steps of a version. Of version 1 there are some: it has the same declarations. */
function stepsOf(version: 1 | 2, operations: Map<string, Operation>): Step[] {
  if (version === 2) return STEPS;
  return STEPS.filter(
    ({ id, keep }) => operations.has(`${id}V1`) && (keep !== undefined || IN_VERSION_1.has(id)),
  );
}

/** Steps that come one after the other and are of one heading. */
function byHeading(steps: Step[], headingOf: (step: Step) => string): [string, Step[]][] {
  const groups: [string, Step[]][] = [];
  for (const step of steps) {
    const [heading, group] = groups.at(-1) ?? [];
    if (group && heading === headingOf(step)) group.push(step);
    else groups.push([headingOf(step), [step]]);
  }
  return groups;
}

let files = 0;

/** Tries one operation out. @param kept what earlier answers had, under the names of their steps */
async function take(
  page: Page,
  { tag, id }: { tag: string; id: string },
  { fields = {}, file = false, keep = {}, plain }: Step,
  kept: Values,
): Promise<void> {
  const method = await tryOut(page, tag, id);
  for (const [name, value] of Object.entries(fields)) {
    await fill(method, name, value.startsWith("$") ? (kept[value.slice(1)] ?? "") : value);
  }
  if (file) {
    files += 1;
    const chosen = join(server.folder, `chosen-${files}.png`);
    await Bun.write(chosen, png(SIZE, files));
    await method.locator('input[type="file"]').setInputFiles(chosen);
  }
  const { status, shown, fields: sent } = await execute(page, method);
  expect([id, status, shown]).toEqual([id, plain ?? 200, shown]);
  // In version 1 an error is answered with 200 as well.
  if (plain === undefined)
    expect([id, shown]).toEqual([id, expect.stringMatching(/status"?[:=] ?"ok"/)]);
  expect([id, sent]).toEqual([id, expect.arrayContaining(Object.keys(fields))]);
  for (const [name, as] of Object.entries(keep)) {
    kept[as] = valueIn(shown, name);
    expect([id, name, kept[as]]).not.toEqual([id, name, ""]);
  }
  // Closed again, so that the page stays small and quick.
  await method.locator(".opblock-summary-control").click();
}

test.each([2, 1] as const)(
  "version %d: its operations are tried out, and answer 200",
  async (version) => {
    const operations = await operationsOf(version);
    const suffix = version === 1 ? "V1" : "";
    const steps = stepsOf(version, operations);
    if (version === 2) {
      expect(steps.map(({ id }) => id).toSorted()).toEqual([...operations.keys()].toSorted());
    }
    const headingOf = ({ id }: Step) => operations.get(id + suffix)?.heading ?? "";
    const kept: Values = {};
    // A page for each heading, with its operations alone: the more a page has to draw, the slower it is.
    for (const [tag, group] of byHeading(steps, headingOf)) {
      const paths = new Set(group.map(({ id }) => operations.get(id + suffix)?.path ?? ""));
      const page = await openDocs(browser, `${server.url}/docs`, (path) => paths.has(path));
      await authorize(page);
      if (version === 1) await toggleHeading(page, tag);
      for (const step of group) await take(page, { tag, id: step.id + suffix }, step, kept);
      await page.close();
    }
    expect(kept["found"]).toBe(kept["three"] ?? "-");
  },
  600_000,
);
