import { API_KEY } from "../support/site.ts";
import { ALBUMS, choices, fillArchive, TAGS, USERS, WORDS, YEARS } from "./fill-archive.ts";
import { startRedeem, type RedeemServer } from "./start-redeem.ts";
import { percentile } from "./statistics.ts";
import { inFolder, say, using } from "./workspace.ts";

export type Archive = {
  photos: number;
  /** Of the first start after an update: until it answers, and until albums, tags and words are there, in seconds. */
  startSeconds: number;
  indexingSeconds: number;
  /** The longest that another small request waited meanwhile, in milliseconds. */
  indexingWait: number;
  /** Of requests of each kind, one at a time, each with other parameters, in milliseconds. */
  asked: {
    kind: string;
    /** The very first, which reads what it asks for. */
    first: number;
    p50: number;
    p95: number;
    longest: number;
    /** Of another small request meanwhile. */
    wait: number;
  }[];
  /** Of the server at its end. */
  residentMb: number;
};

type Asked = { path: string; parameters: Record<string, string | number> };

const random = choices(7);
const { below, few } = random;
const year = () => new Date().getUTCFullYear() - below(YEARS);
const tag = () => TAGS[few(TAGS.length)] ?? "";
const word = () => WORDS[few(WORDS.length)] ?? "";
const photos = (parameters: Asked["parameters"]): Asked => ({ path: "photo/list", parameters });

/** What is asked for, by its kind. */
const kinds = (count: number): Record<string, () => Asked> => ({
  "first pages": () => photos({ p: 1 + below(20) }),
  "any page, by number": () => photos({ p: 1 + below(count / 30) }),
  "any page by title, ascending": () =>
    photos({ p: 1 + below(count / 30), orderby: "title", order: "asc" }),
  "any page by taken, with unpublished ones": () =>
    photos({ p: 1 + below(count / 30), orderby: "taken", include_unpublished_p: 1 }),
  "an album": () => photos({ album_id: 1 + few(ALBUMS) }),
  "a tag": () => photos({ tags: tag() }),
  "two tags": () => photos({ tags: `${tag()} ${tag()}` }),
  "any of three tags": () => photos({ tags: `${tag()} ${tag()} ${tag()}`, tag_mode: "any" }),
  "an owner": () => photos({ user_id: below(USERS) }),
  "videos, any page": () => photos({ video_p: 1, p: 1 + below(count / 200) }),
  "a month": () => photos({ year: year(), month: 1 + below(12) }),
  "a year without videos": () => photos({ year: year(), video_p: 0, p: 1 + below(100) }),
  "a word": () => photos({ search: `${word()} ` }),
  "two words and the beginning of a third": () =>
    photos({ search: `${word()} ${word()} ${word().slice(0, 3)}` }),
  "the beginning of a word": () => photos({ search: word().slice(0, 1 + below(7)) }),
  "a file's name": () => photos({ search: `img_${String(below(10_000)).padStart(4, "0")}` }),
  "a word, a tag, a year, videos, by taken": () =>
    photos({ search: word(), tags: tag(), year: year(), video_p: 1, orderby: "taken" }),
  "tags by count": () => ({ path: "tag/list", parameters: { orderby: "count", p: 1 + below(20) } }),
  "tags by search": () => ({ path: "tag/list", parameters: { search: word().slice(0, 2) } }),
  albums: () => ({ path: "album/list", parameters: { size: 100, p: 1 + below(ALBUMS / 100) } }),
  "albums by search": () => ({ path: "album/list", parameters: { search: `album ${below(30)}` } }),
});

/** Lists, searches, tags and albums of a large archive, and what they cost others. */
export async function measureArchive(quick: boolean): Promise<Archive> {
  const count = quick ? 20_000 : 1_000_000;
  return inFolder(async (folder) => {
    say(`archive: filling a database with ${count} photos`);
    await fillArchive(folder, count);
    return measureFolder(folder, count, quick);
  });
}

async function measureFolder(folder: string, count: number, quick: boolean) {
  const begun = performance.now();
  return using(
    () => startRedeem(folder, { REDEEM_PUBLIC_LIST: "1" }),
    async (server): Promise<Archive> => {
      const startSeconds = (performance.now() - begun) / 1000;
      say("archive: albums, tags and words are collected");
      const indexing = await watching(server, () => indexed(server));
      const asked: Archive["asked"] = [];
      for (const [kind, make] of Object.entries(kinds(count))) {
        say(`archive: ${kind}`);
        const took: number[] = [];
        const { wait } = await watching(server, async () => {
          for (let index = 0; index < (quick ? 10 : 60); index += 1) {
            took.push((await ask(server, make())).took);
          }
        });
        const [first = Number.NaN] = took;
        const [p50, p95] = [percentile(took, 0.5), percentile(took, 0.95)];
        asked.push({ kind, first, p50, p95, longest: Math.max(...took), wait });
      }
      return {
        photos: count,
        startSeconds,
        indexingSeconds: indexing.took / 1000,
        indexingWait: indexing.wait,
        asked,
        residentMb: await residentMbOf(server.pid),
      };
    },
  );
}

async function ask({ port }: RedeemServer, { path, parameters }: Asked) {
  const query = new URLSearchParams(
    Object.entries(parameters).map(([name, value]) => [name, String(value)]),
  );
  const begun = performance.now();
  const answer = await fetch(`http://127.0.0.1:${port}/api/2/${path}?${query}`, {
    headers: { authorization: `Bearer ${API_KEY}` },
  });
  const text = await answer.text();
  const took = performance.now() - begun;
  if (answer.status !== 200 && answer.status !== 503) throw new Error(`${path}?${query}: ${text}`);
  return { took, status: answer.status };
}

async function indexed(server: RedeemServer): Promise<void> {
  while ((await ask(server, { path: "tag/list", parameters: {} })).status !== 200);
}

/** The longest that a small request waits while something goes on, in milliseconds. */
async function watching({ port }: RedeemServer, work: () => Promise<void>) {
  const over = new AbortController();
  let wait = 0;
  const watcher = (async () => {
    while (!over.signal.aborted) {
      const begun = performance.now();
      await (await fetch(`http://127.0.0.1:${port}/health`)).text();
      wait = Math.max(wait, performance.now() - begun);
      await Bun.sleep(1);
    }
  })();
  const begun = performance.now();
  await work().finally(() => over.abort());
  const took = performance.now() - begun;
  await watcher;
  return { took, wait };
}

async function residentMbOf(pid: number): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`)
    .text()
    .catch(() => "");
  return (Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024) / 1e6;
}
