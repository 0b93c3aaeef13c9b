import { mp4, png } from "../support/media.ts";
import { sha256 } from "../support/over-http.ts";
import { API_KEY } from "../support/site.ts";
import { UNREACHABLE } from "./checks.ts";
import { sendChunked, sendWholeFile, type Run } from "./clients.ts";
import type { Group, SentFile } from "./ledger.ts";
import type { Random } from "./random.ts";

export type Load = {
  /** Begins no more tokens; resolves when every file that was begun is finished or refused. */
  end(): Promise<void>;
};

export type LoadOptions = {
  /** Somebody's backend. */
  backend: string;
  random: Random;
  /** Tokens in use at the same time, with all their files. */
  workers: number;
  largest: number;
  /** Called before each token, to hold the load back. */
  pace?: (bytes: number) => Promise<void>;
};

/** Tokens of all kinds, one after another, each with the files that it is for. */
export function startLoad(run: Run, options: LoadOptions): Load {
  const ending = new AbortController();
  let bytes = 0;
  const work = async () => {
    while (!ending.signal.aborted) {
      await options.pace?.(bytes);
      const number = run.ledger.groups.length + 1;
      // Not `bytes += await …`: that forgets what the others have added meanwhile.
      const sent = await oneToken(run, number, options);
      bytes += sent;
    }
  };
  const working = Promise.all(Array.from({ length: options.workers }, work));
  // Told by `end`; until then it must not end the process.
  working.catch(() => undefined);
  return {
    end: async () => {
      ending.abort();
      await working;
    },
  };
}

/** @returns how many bytes its files had */
async function oneToken(run: Run, number: number, options: LoadOptions): Promise<number> {
  const random = options.random.fork(number);
  const mode = random.pick([
    "plain",
    "background",
    "background",
    "return",
    ...(run.faulty ? ["unreachable" as const] : []),
  ] as const);
  const group: Group = { number, token: "", max: 1, mode, files: [], crowded: false };
  // Taken before anything is waited for: the number is the group's alone.
  run.ledger.groups.push(group);
  const shape = random.pick(["alone", "alone", "together", "crowded"] as const);
  group.max = shape === "alone" ? 1 : random.between(2, 4);
  const count = group.max + (shape === "crowded" ? random.between(1, 2) : 0);
  const kinds = Array.from({ length: count }, () =>
    // A whole file whose answer is lost may take a second use: only where others may be refused.
    random.pick([
      "resumable",
      "node",
      ...(shape === "together" ? [] : ["whole" as const]),
    ] as const),
  );
  group.crowded = shape === "crowded";
  group.token = await tokenFor(run, group, options.backend);
  let sum = 0;
  const sending = kinds.map(async (kind, index) => {
    const own = random.fork(index + 1);
    const size = own.between(2000, options.largest);
    sum += size;
    const media = own.pick([png, mp4]);
    const bytes = media(size, number * 100 + index);
    const stem = `g${number}-f${index}`;
    const suffix = media === png ? "png" : "mp4";
    const hash = sha256(bytes);
    if (kind === "whole") {
      const file: SentFile = { kind, sha256: hash, size, tries: [], refused: false };
      group.files.push(file);
      const name = (attempt: number) => `${stem}-a${attempt}.${suffix}`;
      return sendWholeFile(run, group, file, name, bytes, own);
    }
    const filename = `${stem}.${suffix}`;
    const chunkSize = own.between(Math.ceil(size / 25), Math.ceil(size / 3));
    const identifier = kind === "node" ? filename : `${size}-${stem}${suffix}`;
    const file: SentFile = {
      kind,
      plan: { identifier, filename, chunkSize, totalSize: size },
      sha256: hash,
      begun: new Set(),
      answered: new Set(),
      photo: undefined,
      refused: false,
      doubtful: run.ledger.syncsFail,
      jumps: run.ledger.jumps,
    };
    group.files.push(file);
    return sendChunked(run, group, file, bytes, own);
  });
  await Promise.all(sending);
  return sum;
}

/** A backend asks until it is given one: a token whose answer was lost is never used. */
async function tokenFor(run: Run, group: Group, backend: string): Promise<string> {
  const query = new URLSearchParams({ max_uploads: String(group.max), publish: "0" });
  const host = group.mode === "unreachable" ? `http://${UNREACHABLE}` : backend;
  if (group.mode !== "plain") query.set("return_url", `${host}/back?group=${group.number}`);
  if (group.mode === "background" || group.mode === "unreachable") {
    query.set("background_return_p", "1");
  }
  // The clock jumps by hours.
  if (run.faulty) query.set("valid_minutes", "1440");
  for (;;) {
    const answer = await fetch(`${run.server.url}/api/2/photo/get-upload-token?${query}`, {
      headers: { authorization: `Bearer ${API_KEY}` },
      keepalive: false,
    }).catch(() => undefined);
    const text = await answer?.text().catch(() => undefined);
    if (answer?.status === 200 && text !== undefined) {
      return (JSON.parse(text) as { data: { upload_token: string } }).data.upload_token;
    }
    if (answer && ![200, 503, ...(run.faulty ? [507] : [])].includes(answer.status)) {
      run.ledger.wrong.push(`get-upload-token: answered ${answer.status} ${text?.slice(0, 100)}`);
    }
    await Bun.sleep(50);
  }
}
