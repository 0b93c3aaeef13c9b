import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import {
  BACKEND,
  callSigned,
  callWith,
  piecesOf,
  runProgram,
  sendPieceOf,
  signedBy,
  startProgram,
  type DataFolder,
  type UnfinishedUpload,
} from "../support/data-folder.ts";
import { rowsOf } from "../support/database.ts";
import { startDns } from "../support/dns.ts";
import { textFile } from "../support/media.ts";
import { startReceiver } from "../support/receiver.ts";
import { until } from "../support/remains.ts";
import { API_KEY } from "../support/site.ts";
import type { TestServer } from "../support/server.ts";
import { inject } from "../support/strace.ts";
import { columnOr, takeNotes } from "./notes.ts";

const HOUR = 3_600_000;
const DAY = { valid_minutes: 1440 };

/** Too long for a query: its callback is a POST (protocol 4.3). */
const LONG = "long ".repeat(300).trim();

const UNTOLD = {
  return_url: `http://${BACKEND.name}:${BACKEND.port}/told?shop=1`,
  background_return_p: 1,
};

export type Making = {
  /** src/main.ts of the commit. */
  main: string;
  folder: string;
  commit: string;
  ended: DataFolder["ended"];
};

type Notes = ReturnType<typeof takeNotes>;

/** Lets a program live through all that a data folder may hold, and says what that is. */
export async function fill({ main, folder, commit, ended }: Making): Promise<DataFolder> {
  const dns = await startDns(() => ["127.0.0.1"]);
  const told = startReceiver();
  const refusing = Bun.serve({
    ...BACKEND,
    hostname: "127.0.0.1",
    fetch: () => new Response("not now", { status: 500 }),
  });
  const program = { main, folder, dns: dns.address, ahead: 0 };
  const notes = takeNotes(program);

  const earlier = await startProgram({ ...program, ahead: -2 * HOUR });
  await liveEarlier(earlier.url, notes).finally(() => earlier.kill("SIGTERM"));
  runProgram(program, ["key", "revoke", String(notes.keys.at(-1)?.id)]);
  for (const key of notes.keys.slice(-1)) key.revoked = true;

  const server = await startProgram(program);
  await live(server.url, notes, told.url);
  const newest = "select max(id) as id from upload_tokens";
  await notes.token(server.url, "revoked", DAY, "revoked");
  const [revoked] = notes.rows<{ id: number }>(newest);
  runProgram(program, ["token", "revoke", String(revoked?.id)]);
  if (await knows(main, "upload/chunk-families.ts")) await liveWithOthers(server.url, notes);
  const signedOnce = (await knows(main, "records/sqlite/nonces.ts"))
    ? await signOnce(server.url, notes)
    : null;
  await notes.synced();
  if (await knows(main, "callback/lookup.ts")) {
    const untried = "select 1 from deliveries where state = 'pending' and attempts = 0";
    await until("each callback was refused", () => notes.rows(untried).length === 0);
  }
  const callbackSecret = runProgram(program, ["secret"]).trim();
  const complete: UnfinishedUpload[] = [];
  if (ended === "killed") {
    // Up to d0228c6 a chunk was answered when it was on the disk.
    const syncsBehindAnswers = await knows(main, "upload/syncer.ts");
    complete.push(await killInTheMiddle(server, notes, syncsBehindAnswers));
  } else await server.kill("SIGTERM");
  const madeAt = Date.now();
  await Promise.all([dns.stop(), told.stop(), refusing.stop(true)]);

  const { keys, tokens, photos, unfinished, failed, pending } = notes;
  const whatItHolds = { keys, signedOnce, tokens, photos, unfinished, complete, failed, pending };
  const made = { commit, ended, madeAt, callbackSecret, ...whatItHolds };
  await compare(folder, made);
  return made;
}

/** What has expired when the rest begins. */
async function liveEarlier(url: string, notes: Notes): Promise<void> {
  for (const level of ["write", "read", "super"]) notes.key(level, `of level ${level}`);
  notes.key("write", "revoked");
  await notes.token(url, "expired, unused", { valid_minutes: 15 }, "expired");
  await notes.token(url, "expired, begun", { valid_minutes: 15 }, "expired");
  const begun = notes.plan("expired, begun", "Resumable.js", 175, 50);
  await notes.some(url, begun, [2]);
  notes.unfinished.push(begun);
  await notes.synced();
}

async function live(url: string, notes: Notes, told: string): Promise<void> {
  await notes.token(url, "open", { ...DAY, max_size: 5000, types: "image/png" });

  // A commit that knows of albums wants those that a token names to be there; one that does not answers 404.
  for (let album = 1; album <= 4; album += 1) {
    await callWith(API_KEY, `${url}/api/2/album/create?title=Album`);
  }
  await notes.token(url, "whole", {
    ...DAY,
    description: "<b>bold</b> and <i>more</i>",
    tags: 'one "two words"',
    album_id: "3,4",
    order: "7",
    return_url: `${told}/done`,
    background_return_p: 1,
  });
  await notes.whole(url, "whole", { filename: "Fête à l'école.png", extra: { camera: "X100" } });
  const delivered = "select 1 from deliveries where state = 'delivered'";
  await until("the callback is noted", () => notes.rows(delivered).length > 0);

  await notes.token(url, "unpublished", { ...DAY, publish: 0, max_uploads: 3 });
  await notes.whole(url, "unpublished", { filename: "hidden.png" });

  await notes.token(url, "chunked", { ...DAY, ...UNTOLD, order: "8" });
  const chunked = notes.plan("chunked", "Resumable.js", 160, 50);
  await notes.some(url, chunked, [3, 1], { note: "of a chunk" });
  await notes.last(url, chunked, 2, { order: "8", note: "of a chunk" });

  await notes.token(url, "one of two", { ...DAY, ...UNTOLD, max_uploads: 2 });
  await notes.whole(url, "one of two", { filename: "done.png", told: false });
  const other = notes.plan("one of two", "Resumable.js", 225, 50);
  await notes.some(url, other, [1, 3], { note: "under way" });
  notes.unfinished.push(other);

  await notes.token(url, "refused", { ...DAY, ...UNTOLD, reason: LONG });
  const text = notes.plan("refused", "Resumable.js", 225, 75);
  text.bytes = textFile(225).toBase64();
  await notes.refused(url, text, { reason: LONG });
}

/** Chunks of other uploaders. */
async function liveWithOthers(url: string, notes: Notes): Promise<void> {
  for (const family of ["Dropzone", "jQuery File Upload"] as const) {
    await notes.token(url, family, DAY);
    const upload = notes.plan(family, family, 175, 75);
    await notes.some(url, upload, [1]);
    notes.unfinished.push(upload);
  }
}

/** Has a request signed and taken, of a moment at which its nonce still counts when the folder is opened. */
async function signOnce(url: string, { keys }: Notes): Promise<string> {
  const header = signedBy(keys[0], Date.now() + 5 * 60_000);
  const { status } = await callSigned(url, header);
  if (status !== 200) throw new Error(`a signed request is answered ${status}`);
  return header;
}

/**
 * Kills the program between an upload's last chunk and its photo, while a chunk of another one waits for
 * its sync (where that is behind its answer).
 */
async function killInTheMiddle(
  server: TestServer,
  notes: Notes,
  syncsBehindAnswers: boolean,
): Promise<UnfinishedUpload> {
  const { url, folder } = server;
  await notes.token(url, "unsynced", DAY);
  const waiting = notes.plan("unsynced", "Resumable.js", 225, 75);
  await notes.some(url, waiting, [1]);
  const { file } = lastUpload(folder, notes);
  notes.unfinished.push(waiting);
  await notes.token(url, "complete", { ...DAY, ...UNTOLD, order: "9" });
  const complete = notes.plan("complete", "Resumable.js", 140, 70);
  await notes.some(url, complete, [1], { note: "complete" });
  const { id } = lastUpload(folder, notes);
  await notes.synced();
  const injection = await inject(
    server,
    // The process ends no sooner than this delay.
    ["fdatasync:delay_enter=4000000", "mkdir,mkdirat:signal=KILL"],
    // Of the complete upload only the photo's folder is named: its own sync is let through.
    [join(folder, "uploads", file), join(folder, "photos/1", String(id))],
  );
  await notes.some(url, waiting, [2]);
  if (syncsBehindAnswers) waiting.unsynced.push(...waiting.stored.splice(1));
  await sendPieceOf(url, complete, notes.tokenOf("complete").token, 2).catch(() => undefined);
  await server.process.exited;
  await injection.end();
  complete.stored.push(2);
  return complete;
}

/** The upload that was begun last; before files had names of their own they had the upload's id. */
function lastUpload(folder: string, notes: Notes): { id: number; file: string } {
  const file = columnOr({ folder }, "uploads", "file", "cast(id as text)");
  const query = `select id, ${file} as file from uploads order by id desc limit 1`;
  const [last] = notes.rows<{ id: number; file: string }>(query);
  if (!last) throw new Error("there is no upload");
  return last;
}

async function knows(main: string, file: string): Promise<boolean> {
  return Bun.file(join(main, "..", file)).exists();
}

/** Looks into a copy of what the program left, so that the original's log stays as it is. */
async function compare(folder: string, { ended, unfinished, complete }: DataFolder): Promise<void> {
  const copy = `${folder}-look`;
  await cp(folder, copy, { recursive: true });
  const chunks = rowsOf<{ identifier: string; start: number; synced: number }>(
    { folder: copy },
    `select identifier, start, ${columnOr({ folder: copy }, "chunks", "synced", "1")} as synced
      from chunks join uploads on id = upload_id where state = 'receiving'`,
  );
  const [states] = rowsOf<{ whole: number; part: number }>(
    { folder: copy },
    `select sum(received = total_size) as whole, sum(received < total_size) as part
      from uploads where state = 'receiving'`,
  );
  const hasLog = await Bun.file(join(folder, "redeem.db-wal")).exists();
  await rm(copy, { recursive: true });
  const meant = { whole: complete.length, part: unfinished.length };
  if (!Bun.deepEquals(states, meant) || hasLog !== (ended === "killed")) {
    throw new Error(`made ${JSON.stringify(states)} ${hasLog}, meant ${JSON.stringify(meant)}`);
  }
  // Up to fe2948e a program makes the photo's folder before it notes that the last chunk is synced: the
  // chunk is forgotten then, and the upload is an unfinished one.
  for (const upload of complete.splice(0)) {
    const ofIt = chunks.filter(({ identifier }) => identifier === upload.plan.identifier);
    const unsynced = ofIt.filter(({ synced }) => synced === 0).map(({ start }) => start);
    const numbers = piecesOf(upload).filter(({ start }) => unsynced.includes(start));
    upload.unsynced = numbers.map(({ number }) => number);
    upload.stored = upload.stored.filter((number) => !upload.unsynced.includes(number));
    (unsynced.length === 0 ? complete : unfinished).push(upload);
  }
  const meantUnsynced = unfinished.flatMap((upload) => upload.unsynced).length;
  if (chunks.filter(({ synced }) => synced === 0).length !== meantUnsynced) {
    throw new Error(`other chunks are not synced: ${JSON.stringify(chunks)}`);
  }
}
