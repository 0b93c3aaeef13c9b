import { judge, NO_ANSWER, type Reply, type Verdict } from "./answer.ts";
import { batchAddress, batchForm, readBatchReply } from "./batch-message.ts";
import { type BatchMember, FORM_BYTES } from "./batch.ts";
import { SMALLEST_CHUNK } from "./chunk-size.ts";
import { isUnanswered, type Unanswered } from "./exchange.ts";
import { type Machine, measure } from "./machine.ts";
import {
  CHANGED_FILE,
  answersOfGuest,
  isReadable,
  type JobEnd,
  noteUnanswered,
  waitForRetry,
} from "./run-job.ts";
import type { Trouble } from "./types.ts";

/** A file that has no final answer yet, and why. */
type Waiting = BatchMember & { trouble: Trouble };

/** Those files, and how long to wait at least before they are sent again; undefined: not at all. */
type Again = { members: Waiting[]; afterMs: number | undefined };

type OnEnd = (member: BatchMember, end: JobEnd) => void;

/**
 * Sends files together, and again, until each has a final answer. A file that may have arrived already is sent again with all its bytes:
 * the server knows it by its identifier. If one file is paused or cancelled the request is aborted, and the others are sent without it.
 * @param onEnd called once for each file
 */
export async function runBatch(
  machine: Machine,
  batch: readonly BatchMember[],
  onEnd: OnEnd,
): Promise<void> {
  let members: BatchMember[] = [...batch];
  for (;;) {
    members = endStopped(members, onEnd);
    if (members.length === 0) return;
    const again = await sendBatch(machine, members, onEnd);
    ({ members } = again);
    if (again.afterMs !== undefined && again.members.length > 0)
      await waitForRetry(machine, again.members, again.afterMs);
  }
}

/** Ends the files that were paused or cancelled. @returns the others */
function endStopped(members: readonly BatchMember[], onEnd: OnEnd): BatchMember[] {
  for (const member of members) if (isStopped(member)) onEnd(member, { kind: "stopped" });
  return members.filter((member) => !isStopped(member));
}

const isStopped = ({ job }: BatchMember): boolean => job.stop.signal.aborted;

async function sendBatch(machine: Machine, members: BatchMember[], onEnd: OnEnd): Promise<Again> {
  const { options, exchange } = machine;
  const stop = new AbortController();
  const stopAll = () => stop.abort();
  for (const { job } of members) {
    job.loaded = 0;
    job.stop.signal.addEventListener("abort", stopAll, { once: true });
  }
  const guest = answersOfGuest(options);
  const reply = await exchange.send({
    method: "POST",
    url: batchAddress(options),
    body: batchForm(options, guest, members),
    signal: stop.signal,
    onProgress: (bytes, total) => noteProgress(machine, members, bytes / total),
  });
  for (const { job } of members) job.stop.signal.removeEventListener("abort", stopAll);
  if (isUnanswered(reply)) return unanswered(members, reply, stop.signal.aborted, onEnd);
  const read = readBatchReply(reply, members);
  if ("all" in read) return answeredAll(machine, members, read.all, onEnd);
  return answeredEach(machine, members, read.each, (member, end) => {
    if (isHere(end)) member.upload.guestSent = JSON.stringify(guest);
    onEnd(member, end);
  });
}

/** The request was answered with what became of each file. */
function answeredEach(
  machine: Machine,
  members: BatchMember[],
  replies: Reply[],
  onEnd: OnEnd,
): Again {
  const verdicts = replies.map((reply) => judge(reply, Date.now()));
  const here = members.filter((_, at) => isHere(verdicts[at]));
  noteProgress(machine, here, 1);
  const later: Waiting[] = [];
  let afterMs = 0;
  for (const [at, member] of members.entries()) {
    const said = verdicts[at] ?? NO_ANSWER;
    // None says of a file that was sent that it is missing: a proxy made that answer.
    const verdict = said.kind === "missing" ? NO_ANSWER : said;
    if (verdict.kind === "again") {
      later.push({ ...member, trouble: verdict.trouble });
      afterMs = Math.max(afterMs, verdict.afterMs ?? 0);
    } else onEnd(member, verdict);
  }
  forgetProgress(later);
  return { members: later, afterMs };
}

const isHere = (end: JobEnd | Verdict | undefined): boolean =>
  end?.kind === "stored" || end?.kind === "finished";

/** Bytes that were sent in vain do not count as progress. */
function forgetProgress(members: readonly BatchMember[]): void {
  for (const { job } of members) job.loaded = 0;
}

/** None of these files was answered for by itself. */
function waitingFor(members: readonly BatchMember[], trouble: Trouble): Waiting[] {
  return members.map((member) => ({ ...member, trouble }));
}

/** No answer came: all files are sent again, except those that the browser cannot read any more. These make a request fail just like a broken network. */
async function unanswered(
  members: BatchMember[],
  reply: Unanswered,
  stopped: boolean,
  onEnd: OnEnd,
): Promise<Again> {
  forgetProgress(members);
  for (const { upload, job } of members) noteUnanswered(upload, job, reply);
  if (stopped) return { members: waitingFor(members, "silent"), afterMs: undefined };
  const readable = await Promise.all(members.map(({ upload }) => isReadable(upload.picked.file)));
  const left = members.filter((member, at) => {
    if (readable[at] !== true && !isStopped(member)) onEnd(member, CHANGED_FILE);
    return readable[at] === true || isStopped(member);
  });
  const afterMs = left.length < members.length ? undefined : 0;
  return { members: waitingFor(left, "silent"), afterMs };
}

/** Refusals of the whole request that hold for each of its files: the link itself is at its end. */
const OF_THE_LINK = new Set(["invalid_upload_token", "passphrase_required", "origin_refused"]);

/** The request itself was answered, and none of its files was received. */
function answeredAll(machine: Machine, members: BatchMember[], reply: Reply, onEnd: OnEnd): Again {
  forgetProgress(members);
  const verdict = judge(reply, Date.now());
  if (verdict.kind === "again") {
    return { members: waitingFor(members, verdict.trouble), afterMs: verdict.afterMs ?? 0 };
  }
  const ofLink = verdict.kind === "refused" && OF_THE_LINK.has(verdict.refusal.code);
  if (!ofLink) goApart(machine, members, verdict.kind === "blocked");
  for (const member of members) onEnd(member, ofLink ? verdict : { kind: "stopped" });
  return { members: [], afterMs: undefined };
}

/** A proxy does not let these files through together: further ones go in smaller requests, or else each alone. */
function goApart({ line }: Machine, members: BatchMember[], isTooLarge: boolean): void {
  const bytes = members.reduce((sum, { job }) => sum + job.end, FORM_BYTES);
  if (isTooLarge && bytes > SMALLEST_CHUNK) line.mostChunk = SMALLEST_CHUNK;
  else line.together = false;
}

/** Shares the progress of a request among its files, whose bytes are sent in order. @param part of all bytes, 0 to 1 */
function noteProgress(machine: Machine, members: readonly BatchMember[], part: number): void {
  const total = members.reduce((sum, { job }) => sum + job.end, 0);
  let left = Math.floor(total * part);
  for (const { upload, job } of members) {
    const loaded = Math.min(job.end, left);
    left -= loaded;
    if (loaded === job.loaded) continue;
    measure(machine, upload, loaded - job.loaded);
    job.loaded = loaded;
    machine.notices.changed(upload.id);
  }
}
