import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { chunkFields, pieces, type Plan } from "../support/chunks.ts";
import { png } from "../support/media.ts";
import { sha256 } from "../support/over-http.ts";
import { API_KEY } from "../support/site.ts";
import type { Living } from "./living.ts";
import type { Random } from "./random.ts";

/**
 * Somebody with a key who puts photos into the archive, replaces their bytes, changes their titles, throws them away, takes
 * them out of the trash and removes them for good, while the server is killed. What was answered is true from then on;
 * of what was not answered, either is.
 */
export type Archivist = {
  counts: Record<Deed, number>;
  /** Begins nothing more; resolves when what was begun is answered. */
  end(): Promise<void>;
  /** What there should be, against what there is. All of it comes back in words: none is none. */
  verdict(): Promise<string[]>;
};

type Deed = "upload" | "replace" | "update" | "delete" | "restore" | "delete permanently";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a photo may be: one of these of each, where the last deed was not answered. */
type Kept = {
  id: number;
  treeId: number;
  token: string;
  states: Set<"there" | "trash" | "gone">;
  hashes: Set<string>;
  titles: Set<string>;
};

/** Names of files that the archivist has sent begin so: the other clients' ledger knows none of them. */
export const ARCHIVED = "arc-";

const WORKERS = 2;
const LARGEST = 400_000;
/** Photos that each of them looks after: old ones are removed for good. */
const MOST = 40;

export function startArchivist(
  living: Living,
  random: Random,
  faulty: boolean,
  wrong: string[],
): Archivist {
  const counts: Archivist["counts"] = {
    upload: 0,
    replace: 0,
    update: 0,
    delete: 0,
    restore: 0,
    "delete permanently": 0,
  };
  const photos: Kept[] = [];
  const removed: Kept[] = [];
  const ending = new AbortController();
  let files = 0;

  const working = Promise.all(
    Array.from({ length: WORKERS }, async (_, index) => {
      const own = random.fork(index + 1);
      const mine: Kept[] = [];
      while (!ending.signal.aborted) await oneDeed(mine, own);
    }),
  );
  // Told by `end`; until then it must not end the process.
  working.catch(() => undefined);

  async function oneDeed(mine: Kept[], own: Random): Promise<void> {
    if (mine.length < 3 || (mine.length < MOST && own.chance(0.25))) {
      mine.push(await upload(own));
      return;
    }
    const photo = own.pick(mine);
    const [state] = photo.states;
    if (state === "trash") {
      const gone = mine.length >= MOST || own.chance(0.2);
      await (gone ? remove(photo, mine, own) : change("restore", photo, "there", own));
      return;
    }
    const deed = own.pick([
      "replace",
      "replace",
      "update",
      "delete",
      "delete permanently",
    ] as const);
    if (deed === "replace") await replace(photo, own);
    else if (deed === "update") await update(photo, own);
    else if (deed === "delete") await change("delete", photo, "trash", own);
    else await remove(photo, mine, own);
  }

  /** A file that is no other's, whose name tells it apart. */
  function nextFile(own: Random): { bytes: Bytes; filename: string } {
    files += 1;
    return {
      bytes: png(own.between(1000, LARGEST), 5_000_000 + files),
      filename: `${ARCHIVED}${files}.png`,
    };
  }

  /** Each try of a whole file is a photo of its own, whose answer may be lost: only what was answered is looked after. */
  async function upload(own: Random): Promise<Kept> {
    const { bytes, filename } = nextFile(own);
    const title = `Photo ${filename}`;
    const answer = await insist("upload", own, () => {
      const form = new FormData();
      form.append("title", title);
      form.append("file", new Blob([bytes]), filename);
      return form;
    });
    const { photo_id: id, tree_id: treeId, token } = idsIn(answer.text);
    const photo: Kept = {
      id,
      treeId,
      token,
      states: new Set(["there"]),
      hashes: new Set([sha256(bytes)]),
      titles: new Set([title]),
    };
    photos.push(photo);
    counts.upload += 1;
    return photo;
  }

  async function replace(photo: Kept, own: Random): Promise<void> {
    const { bytes, filename } = nextFile(own);
    const hash = sha256(bytes);
    photo.hashes.add(hash);
    if (own.chance(0.5)) {
      await insist("replace", own, () => {
        const form = new FormData();
        form.append("photo_id", String(photo.id));
        form.append("file", new Blob([bytes]), filename);
        return form;
      });
    } else await replaceInChunks(photo, bytes, filename, own);
    photo.hashes = new Set([hash]);
    counts.replace += 1;
    // Whoever reads now reads the new bytes.
    await look(photo, own);
  }

  async function replaceInChunks(
    photo: Kept,
    bytes: Bytes,
    filename: string,
    own: Random,
  ): Promise<void> {
    const chunkSize = own.between(Math.ceil(bytes.length / 6), bytes.length);
    const plan: Plan = {
      identifier: `${bytes.length}-${filename}`,
      filename,
      chunkSize,
      totalSize: bytes.length,
    };
    // A failed sync may have taken chunks back that were answered: they are sent again until the outcome comes.
    for (let round = 0; round < 100; round += 1) {
      for (const { number, start, end } of pieces(plan, false)) {
        const { text } = await insist("replace", own, () => {
          const form = new FormData();
          form.append("photo_id", String(photo.id));
          for (const [name, value] of chunkFields(plan, number)) form.append(name, value);
          form.append("file", new Blob([bytes.slice(start, end)]), filename);
          return form;
        });
        if (text !== "ok") return;
      }
      if (!faulty) break;
    }
    wrong.push(`${filename}: every chunk of a replacement is answered, and no photo told`);
  }

  async function update(photo: Kept, own: Random): Promise<void> {
    const title = `Title ${own.between(1, 1e9)}`;
    photo.titles.add(title);
    await insist("update", own, () => new URLSearchParams({ photo_id: String(photo.id), title }));
    photo.titles = new Set([title]);
    counts.update += 1;
    await look(photo, own);
  }

  async function change(
    deed: "delete" | "restore",
    photo: Kept,
    to: "trash" | "there",
    own: Random,
  ): Promise<void> {
    photo.states.add(to);
    // A deed whose answer was lost has been done perhaps: then there is no such photo (any more, or in the trash).
    await insist(deed, own, () => new URLSearchParams({ photo_id: String(photo.id) }), true);
    photo.states = new Set([to]);
    counts[deed] += 1;
    await look(photo, own);
  }

  async function remove(photo: Kept, mine: Kept[], own: Random): Promise<void> {
    photo.states.add("gone");
    const fields = { photo_id: String(photo.id), permanently: "1" };
    await insist("delete", own, () => new URLSearchParams(fields), true);
    photo.states = new Set(["gone"]);
    counts["delete permanently"] += 1;
    mine.splice(mine.indexOf(photo), 1);
    removed.push(photo);
    await look(photo, own);
  }

  /** Asks until it is answered. `mayBeDone`: after a try without an answer, 404 is one. */
  async function insist(
    method: string,
    own: Random,
    body: () => FormData | URLSearchParams,
    mayBeDone = false,
  ): Promise<{ status: number; text: string }> {
    for (let tries = 1; ; tries += 1) {
      const answer = await call(`/api/2/photo/${method}`, { method: "POST", body: body() });
      if (answer?.status === 200) return answer;
      if (mayBeDone && tries > 1 && answer?.status === 404) return answer;
      const later = answer === undefined || answer.status === 503 || answer.status === 507;
      if (!later) wrong.push(`${method}: answered ${answer.status} ${answer.text.slice(0, 150)}`);
      if (tries > 2000) throw new Error(`${method}: not answered`);
      await Bun.sleep(own.between(20, 120));
    }
  }

  async function call(
    path: string,
    init: RequestInit = {},
  ): Promise<{ status: number; text: string } | undefined> {
    try {
      const answer = await fetch(living.url + path, {
        ...init,
        headers: { authorization: `Bearer ${API_KEY}` },
        keepalive: false,
        signal: AbortSignal.timeout(20_000),
      });
      return { status: answer.status, text: await answer.text() };
    } catch (error) {
      if ((error as Error).name === "TimeoutError") throw error;
      return undefined;
    }
  }

  /** What is served of a photo is one of what it may be. */
  async function look(photo: Kept, own: Random): Promise<void> {
    for (;;) {
      const found = await see(photo);
      if (found === undefined) await Bun.sleep(own.between(20, 80));
      else {
        wrong.push(...found);
        return;
      }
    }
  }

  /** Undefined where the server could not be asked. */
  async function see(photo: Kept): Promise<string[] | undefined> {
    const name = `archived photo ${photo.id}`;
    const listed = await call(
      `/api/2/photo/list?photo_id=${photo.id}&token=${photo.token}&include_unpublished_p=1`,
    );
    const original = await bytesOf(photo);
    if (listed?.status !== 200 || original === undefined || original.status === 503) {
      return undefined;
    }
    const { data } = JSON.parse(listed.text) as { data: { title: string }[] };
    const isThere = photo.states.has("there");
    if (data.length === 0 && original.status === 404) {
      return isThere && photo.states.size === 1 ? [`${name} is not there`] : [];
    }
    if (!isThere) return [`${name} is ${[...photo.states]}, and shown (${original.status})`];
    const found: string[] = [];
    const title = data[0]?.title ?? "";
    if (!photo.titles.has(title))
      found.push(`${name} is called ${title}, not ${[...photo.titles]}`);
    if (!photo.hashes.has(original.hash))
      found.push(`${name} has other bytes (${original.status})`);
    return found;
  }

  async function bytesOf({ treeId, id, token }: Kept) {
    try {
      const answer = await fetch(`${living.url}/${treeId}/${id}/${token}/original`, {
        keepalive: false,
        signal: AbortSignal.timeout(20_000),
      });
      return { status: answer.status, hash: sha256(await answer.bytes()) };
    } catch {
      return undefined;
    }
  }

  return {
    counts,
    end: async () => {
      ending.abort();
      await working;
    },
    verdict: async () => {
      const found: string[] = [];
      for (const photo of [...photos, ...removed])
        found.push(...((await see(photo)) ?? ["not asked"]));
      for (const photo of removed) {
        const folder = join(living.folder, "photos", String(photo.treeId), String(photo.id));
        const left = await readdir(folder).catch(() => []);
        if (left.length > 0)
          found.push(`archived photo ${photo.id} is removed, and has left ${left}`);
      }
      return found;
    },
  };
}

function idsIn(text: string): { photo_id: number; tree_id: number; token: string } {
  return (JSON.parse(text) as { data: { photo_id: number; tree_id: number; token: string } }).data;
}
