import { chunkFields, chunkForm, pieces, type Piece } from "../support/chunks.ts";
import { fileForm } from "../support/redeem.ts";
import { mayLapse, type ChunkedFile, type Group, type Ledger, type WholeFile } from "./ledger.ts";
import type { Random } from "./random.ts";
import { ask, post, type Manner, type Told } from "./transport.ts";

/** Clients that never give up: what is not answered, or answered 503, is sent again. */

export type Run = {
  server: { readonly url: string; readonly port: number };
  ledger: Ledger;
  /** Chances of a body that comes with pauses, and of one that is given up in its middle. */
  slow: number;
  givenUp: number;
  /** Syncs fail, disks are full and clocks jump: 507 is tried again, and forgotten chunks are sent again. */
  faulty: boolean;
  /** Something has been answered. */
  onAnswer(): void;
};

type Bytes = Uint8Array<ArrayBuffer>;

/** Requests of one file at a time: Resumable.js sends 3, the Node client 5. */
const PARALLEL = { resumable: 3, node: 5 };

/** How often a whole file is tried again where its own given-up try may still hold the use. */
const PATIENCE = 50;

/** Sends a file in chunks until it is finished, or refused. */
export async function sendChunked(
  run: Run,
  group: Group,
  file: ChunkedFile,
  bytes: Bytes,
  random: Random,
): Promise<void> {
  const all = pieces(file.plan, file.kind === "node");
  // The Node client sends them in order, Resumable.js may begin with the first and the last.
  const queue = [...all];
  const last = queue.at(-1);
  if (file.kind === "resumable" && last && queue.length > 2 && random.chance(0.3)) {
    queue.splice(1, 0, last);
    queue.pop();
  }
  const work = async () => {
    for (let piece = queue.shift(); piece && !file.refused; piece = queue.shift()) {
      await sendPiece(run, group, file, piece, bytes, random);
    }
  };
  // Where not all will find a use, the first chunk tells: of chunks that are sent together some could
  // be refused and one taken, by a use that has become free in between.
  const first = group.crowded ? queue.shift() : undefined;
  if (first) await sendPiece(run, group, file, first, bytes, random);
  await Promise.all(Array.from({ length: PARALLEL[file.kind] }, work));
  // A failed sync has taken chunks back that were answered: who chooses the file again sends what is missing.
  for (let round = 0; file.doubtful && !ended(file) && round < 100; round += 1) {
    queue.push(...all);
    await Promise.all(Array.from({ length: PARALLEL[file.kind] }, work));
  }
  if (file.refused || file.photo !== undefined) return;
  run.ledger.wrong.push(`${file.plan.filename}: every chunk is answered 200, and no photo told`);
}

function ended(file: ChunkedFile): boolean {
  return file.refused || file.photo !== undefined;
}

async function sendPiece(
  run: Run,
  group: Group,
  file: ChunkedFile,
  piece: Piece,
  bytes: Bytes,
  random: Random,
): Promise<void> {
  const { plan } = file;
  const { number } = piece;
  for (;;) {
    if (file.refused) return;
    if (file.kind === "resumable") {
      const query = new URLSearchParams([
        ...chunkFields(plan, number),
        ["upload_token", group.token],
      ]);
      const there = noted(run, await ask(run.server.url, query));
      if (there?.status === 200) {
        run.ledger.counts.known += 1;
        if (!file.begun.has(number)) {
          run.ledger.wrong.push(`${plan.filename}: chunk ${number} is there and was never sent`);
        }
        return took(run, file, number, there);
      }
      if (there?.status === 404) return refused(run, group, file, there);
      if (there?.status !== 204) {
        await again(run, there, plan.filename, random);
        continue;
      }
    }
    file.begun.add(number);
    const manner = drawManner(run, random);
    const form =
      file.kind === "node"
        ? fieldsBehind(group.token, file, piece, bytes)
        : chunkForm(group.token, plan, piece, bytes);
    const told = noted(run, await post(run.server, form, manner, random), manner);
    if (told?.status === 200 || told?.status === 301) return took(run, file, number, told);
    if (told?.status === 404) return refused(run, group, file, told);
    await again(run, told, plan.filename, random);
  }
}

/** As the Node client does: its fields come behind the file. */
function fieldsBehind(token: string, { plan }: ChunkedFile, piece: Piece, bytes: Bytes): FormData {
  const form = new FormData();
  form.append("upload_token", token);
  form.append("file", new Blob([bytes.slice(piece.start, piece.end)]), plan.filename);
  for (const [name, value] of chunkFields(plan, piece.number)) form.append(name, value);
  return form;
}

function took(run: Run, file: ChunkedFile, number: number, told: Told): void {
  file.answered.add(number);
  const photo = photoOf(told);
  if (photo === undefined) return;
  if (file.photo !== undefined && file.photo !== photo) {
    run.ledger.wrong.push(`${file.plan.filename}: told of photo ${file.photo}, then of ${photo}`);
  }
  file.photo = photo;
}

function refused(run: Run, group: Group, file: ChunkedFile, told: Told): void {
  file.refused = true;
  const why = told.text.slice(0, 80);
  const lapsed = mayLapse(run.ledger, group, file) && /used/.test(why);
  if (lapsed && file.answered.size > 0) file.lapsed = true;
  else if (!group.crowded || file.answered.size > 0) {
    const taken = `${file.answered.size} chunks answered`;
    run.ledger.wrong.push(
      `${file.plan.filename}: refused (${why}) with a use of its own, ${taken}`,
    );
  } else if (!/used/.test(why)) {
    run.ledger.wrong.push(`${file.plan.filename}: refused for another reason: ${why}`);
  }
}

/** Sends a whole file, each time under another name, until it is answered. */
export async function sendWholeFile(
  run: Run,
  group: Group,
  file: WholeFile,
  name: (attempt: number) => string,
  bytes: Bytes,
  random: Random,
): Promise<void> {
  let patience = PATIENCE;
  for (let attempt = 1; ; attempt += 1) {
    const filename = name(attempt);
    const manner = drawManner(run, random);
    const one: WholeFile["tries"][number] = {
      filename,
      kept: manner === "given up" ? "no" : "unknown",
    };
    file.tries.push(one);
    const form = fileForm(group.token, bytes, filename);
    const told = noted(run, await post(run.server, form, manner, random), manner);
    // A commit that failed at its sync may be found done after a crash.
    if (told && !(run.faulty && told.status === 503)) one.kept = "no";
    if (told?.status === 200 || told?.status === 301) {
      one.kept = "yes";
      one.photo = photoOf(told) ?? -1;
      return;
    }
    if (told?.status === 404) {
      const mayHold = run.givenUp > 0 && file.tries.length > 1;
      if (mayHold && patience-- > 0) {
        await Bun.sleep(40);
        continue;
      }
      file.refused = true;
      const excused = group.crowded || file.tries.some(({ kept }) => kept === "unknown");
      if (!excused) run.ledger.wrong.push(`${filename}: refused (${told.text.slice(0, 80)})`);
      return;
    }
    await again(run, told, filename, random);
  }
}

function drawManner(run: Run, random: Random): Manner {
  if (random.chance(run.givenUp)) return "given up";
  return random.chance(run.slow) ? "slow" : "whole";
}

function noted(run: Run, told: Told | undefined, manner: Manner = "whole"): Told | undefined {
  const { counts } = run.ledger;
  if (manner === "given up") counts.givenUp += 1;
  else if (!told) counts.unanswered += 1;
  else {
    counts.answers += 1;
    run.onAnswer();
  }
  return told;
}

/** Waits before another try; what nobody should be told is noted. */
async function again(
  run: Run,
  told: Told | undefined,
  filename: string,
  random: Random,
): Promise<void> {
  if (told?.status === 503 || (run.faulty && told?.status === 507)) {
    run.ledger.counts.later += 1;
    if (!told.headers.has("retry-after"))
      run.ledger.wrong.push(`${filename}: ${told.status}, and not when`);
  } else if (told) {
    run.ledger.wrong.push(`${filename}: answered ${told.status} ${told.text.slice(0, 100)}`);
  }
  await Bun.sleep(random.between(20, 80));
}

/** The photo that an answer tells of, in one of the forms of protocol 4.3. */
function photoOf({ status, text, headers }: Told): number | undefined {
  if (status === 301) {
    return Number(new URL(headers.get("location") ?? "").searchParams.get("photo_id"));
  }
  if (text === "ok") return undefined;
  if (text.startsWith("ok ")) return Number(text.split(" ")[3]);
  return (JSON.parse(text) as { data: { photo_id: number } }).data.photo_id;
}
