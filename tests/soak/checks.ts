import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { chunkFields } from "../support/chunks.ts";
import { hashSecret } from "../../src/random.ts";
import { rowsOf } from "../support/database.ts";
import { png } from "../support/media.ts";
import { storedHash } from "../support/over-http.ts";
import { fileForm } from "../support/redeem.ts";
import { API_KEY } from "../support/site.ts";
import { ARCHIVED } from "./archivist.ts";
import type { Backend } from "./backend.ts";
import { chunkedFiles, mayLapse, type ChunkedFile, type Group, type Ledger } from "./ledger.ts";
import type { Living } from "./living.ts";
import { PATH } from "./transport.ts";

/** What was promised, held against what is there. All of it comes back in words: none is none. */

/** A host that no name server knows: callbacks to it are never taken, and must hold nobody up. */
export const UNREACHABLE = "nobody.invalid";

export type Promised = { group: Group; file: ChunkedFile; numbers: number[] };

/** Chunks of unfinished files that were answered 200 so far, and those of files just finished. */
export function promisedChunks(ledger: Ledger, seen: Set<ChunkedFile>): Promised[] {
  const promised = [];
  for (const { group, file } of chunkedFiles(ledger)) {
    if (seen.has(file) || file.answered.size === 0) continue;
    const finished = file.photo !== undefined;
    if ((file.doubtful || file.lapsed) && !finished) continue;
    // A finished file answers for all its chunks at once: a few of them tell.
    promised.push({ group, file, numbers: [...file.answered].slice(0, finished ? 3 : undefined) });
    // It is looked at once behind a kill, and again in the end.
    if (finished) seen.add(file);
  }
  return promised;
}

/** Every chunk that an earlier process has answered 200 is there in this one. */
export async function chunksKept(
  living: Living,
  ledger: Ledger,
  promised: Promised[],
): Promise<string[]> {
  const lost: string[] = [];
  const work = async () => {
    for (let one = promised.shift(); one; one = promised.shift()) {
      const { group, file, numbers } = one;
      for (const number of numbers) {
        const query = new URLSearchParams([
          ...chunkFields(file.plan, number),
          ["upload_token", group.token],
        ]);
        const { status } = await fetch(`${living.url}${PATH}?${query}`, { keepalive: false });
        ledger.counts.askedAgain += 1;
        if (status === 200) continue;
        // It has lost its use, which its client is told in a moment.
        if (status === 404 && file.photo === undefined && mayLapse(ledger, group, file)) continue;
        lost.push(`${file.plan.filename}: chunk ${number} was answered 200, asked again ${status}`);
      }
    }
  };
  await Promise.all([work(), work(), work()]);
  return lost;
}

export type Listed = { id: number; treeId: number; filename: string; size: number };

type Item = { photo_id: number; tree_id: number; original_filename: string; original_size: number };

/** All photos, as a backend is told of them. */
export async function listPhotos(living: Living): Promise<Listed[]> {
  const photos: Listed[] = [];
  for (let page = 1; ; page += 1) {
    const { items, total } = await listed(living, { p: String(page), size: "100" });
    photos.push(...items);
    if (photos.length >= total || items.length === 0) return photos;
  }
}

async function listed(
  living: Living,
  parameters: Record<string, string>,
): Promise<{ items: Listed[]; total: number }> {
  const query = new URLSearchParams({ include_unpublished_p: "1", ...parameters });
  const answer = await fetch(`${living.url}/api/2/photo/list?${query}`, {
    headers: { authorization: `Bearer ${API_KEY}` },
    keepalive: false,
  });
  const body = (await answer.json()) as { data: Item[]; total_count: number };
  const items = body.data.map((item) => ({
    id: item.photo_id,
    treeId: item.tree_id,
    filename: item.original_filename,
    size: item.original_size,
  }));
  return { items, total: body.total_count };
}

/** What every client was told against what is stored: which photos, which bytes, how many. */
export async function photosAsTold(
  living: Living,
  ledger: Ledger,
  all: Listed[],
): Promise<string[]> {
  const wrong: string[] = [];
  // The archivist has a ledger of its own.
  const photos = all.filter(({ filename }) => !filename.startsWith(ARCHIVED));
  const named = Map.groupBy(photos, ({ filename }) => filename);
  const expected = new Set<string>();
  const compare = async (
    filename: string,
    told: number | undefined,
    hash: string,
    kept: "yes" | "no" | "unknown",
  ) => {
    expected.add(filename);
    const made = named.get(filename) ?? [];
    const [photo] = made;
    if (made.length > 1) wrong.push(`${filename}: ${made.length} photos`);
    if (kept === "yes" && photo?.id !== told) {
      wrong.push(`${filename}: told of photo ${told}, there is ${photo?.id ?? "none"}`);
    }
    if (kept === "no" && photo) wrong.push(`${filename}: refused, and there is photo ${photo.id}`);
    if (!photo) return;
    const stored = await storedHash(living.server, photo).catch((error: Error) => error.message);
    if (stored !== hash) wrong.push(`${filename}: not the bytes that were sent: ${stored}`);
  };
  for (const group of ledger.groups) {
    for (const file of group.files) {
      if (file.kind === "whole") {
        for (const one of file.tries) {
          await compare(one.filename, one.photo, file.sha256, one.kept);
        }
        // The use was said to be gone: then one of its own tries has taken it.
        const none = file.tries.every(({ filename }) => !named.has(filename));
        if (file.refused && !group.crowded && none) {
          wrong.push(`${file.tries[0]?.filename}: refused as used, and nothing was made`);
        }
      } else {
        const kept = file.photo === undefined ? "no" : "yes";
        await compare(file.plan.filename, file.photo, file.sha256, kept);
      }
    }
  }
  for (const { filename, id } of photos) {
    if (!expected.has(filename)) wrong.push(`${filename}: photo ${id} of which nobody knows`);
  }
  return wrong;
}

/**
 * Each token has as many photos as uses consumed, never more than it was for, and exactly the rest of
 * its uses is still good: they are used up here, and one more is refused.
 */
export async function usesExact(living: Living, ledger: Ledger): Promise<string[]> {
  const wrong: string[] = [];
  const groups = ledger.groups.filter(({ token }) => token !== "");
  const work = async () => {
    for (let group = groups.shift(); group; group = groups.shift()) {
      const { total } = await listed(living, { upload_token: group.token, size: "1" });
      if (total > group.max) wrong.push(`token ${group.number}: ${total} photos of ${group.max}`);
      const statuses = [];
      for (let use = total; use < group.max + 1; use += 1) {
        const form = fileForm(group.token, png(100, use + 1), `g${group.number}-rest-${use}.png`);
        const answer = await fetch(living.url + PATH, {
          method: "POST",
          body: form,
          keepalive: false,
          redirect: "manual",
        });
        statuses.push(answer.status === 301 ? 200 : answer.status);
      }
      const asExpected = [...Array.from({ length: group.max - total }, () => 200), 404];
      if (statuses.join() !== asExpected.join()) {
        wrong.push(`token ${group.number}: ${total} photos of ${group.max}, then ${statuses}`);
      }
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  // Photos of the archivist's are replaced and removed, which gives no use back.
  const hashes = ledger.groups.map(({ token }) => hashSecret(token));
  const off = rowsOf<{ id: number; consumed: number; made: number }>(
    living,
    `select id, consumed, made from (select t.id, t.consumed, t.max_uploads,
      (select count(*) from photos p where p.token_id = t.id) as made from upload_tokens t
        where t.hash in (select value from json_each('${JSON.stringify(hashes)}')))
      where consumed <> made or consumed > max_uploads`,
  );
  for (const { id, consumed, made } of off) {
    wrong.push(`token row ${id}: ${consumed} uses consumed, ${made} photos`);
  }
  return wrong;
}

/**
 * Every photo of a background token was told to its backend, and nothing that is none; a failure at most once of each file
 * that had lost its use.
 */
export function callbacksMade(ledger: Ledger, photos: Listed[], backend: Backend): string[] {
  const wrong: string[] = [];
  const told = new Map<number, Set<string>>();
  const failures = new Map<number, Set<string>>();
  for (const { url, delivery } of backend.taken) {
    if (url.searchParams.has("error_message")) {
      const number = Number(url.searchParams.get("group"));
      failures.set(number, (failures.get(number) ?? new Set()).add(delivery));
      continue;
    }
    const id = Number(url.searchParams.get("photo_id"));
    const deliveries = told.get(id) ?? new Set();
    told.set(id, deliveries.add(delivery));
  }
  const background = new Set(
    ledger.groups.filter(({ mode }) => mode === "background").map(({ number }) => number),
  );
  const ids = new Set<number>();
  for (const { id, filename } of photos) {
    if (!background.has(Number(/^g(\d+)-/.exec(filename)?.[1]))) continue;
    ids.add(id);
    const deliveries = told.get(id);
    if (!deliveries) wrong.push(`${filename}: photo ${id} was never called back`);
    else if (deliveries.size > 1) wrong.push(`${filename}: ${deliveries.size} callbacks`);
  }
  for (const id of told.keys()) {
    if (!ids.has(id)) wrong.push(`a callback tells of photo ${id}, which has none`);
  }
  const lapsed = Map.groupBy(
    chunkedFiles(ledger).filter(({ file }) => file.lapsed),
    ({ group }) => group.number,
  );
  for (const [number, deliveries] of failures) {
    const expected = lapsed.get(number)?.length ?? 0;
    if (deliveries.size > expected) {
      wrong.push(`token ${number}: ${deliveries.size} failures called back, of ${expected} files`);
    }
  }
  return wrong;
}

/** Callbacks that are recorded and not taken yet. */
export function pendingCallbacks(living: Living): number {
  return rowsOf(
    living,
    `select id from deliveries where state = 'pending' and host <> '${UNREACHABLE}'`,
  ).length;
}

/** Files that lie in folders where only requests under way have any. */
export async function leftOver(living: Living): Promise<string[]> {
  const left = [];
  for (const place of ["spool", "uploads"]) {
    for (const name of await readdir(join(living.folder, place))) left.push(`${place}/${name}`);
  }
  return left;
}
