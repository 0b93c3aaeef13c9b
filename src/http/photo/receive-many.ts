import { Problem } from "../../problem.ts";
import { isOfFamily } from "../../upload/chunk-families.ts";
import { readChunk, saysChunk } from "../../upload/chunk.ts";
import { isDigestName } from "../../upload/digests.ts";
import { missingFile } from "../../upload/limits.ts";
import { createMakingOrder, type MakingTurn } from "../../upload/making-order.ts";
import { filenameOf, type Params } from "../../upload/params.ts";
import { GRANT_NAMES } from "../../upload/passphrase.ts";
import type { Redeemer } from "../../upload/redeem.ts";
import type { Answer, Body, Claim } from "../../upload/types.ts";
import { formatLimit } from "../../units.ts";
import type { OneFile } from "../form.ts";
import { requireFields } from "./redeem-fields.ts";
import { MOST_FILES } from "./redeem-upload-token-many.ts";

/** Files of one request that are made into photos while the next one comes in: what waits for the disk waits together. */
const AT_ONCE = 8;

/** Bytes of refused files that are read for nothing, so that those behind them are received. */
const MOST_PASSED_OVER = 64 * 1024 * 1024;

/** What became of one file. */
export type ReceivedFile = { identifier: string; came: Answer | Problem };

export type ManyContext = {
  claim: Claim;
  receive: Redeemer["receive"];
  origin: string | null;
  /** What is said of a file whose receiving ended in this way. */
  problemOf(error: unknown): Problem;
  /** Told of each outcome when it is there. */
  onOutcome(came: Answer | Problem): void;
};

/**
 * Receives the files of a form, each as the chunk that its fields say it is, on the way that a chunk in a request of its
 * own has. What is wrong with one file is its own outcome, and those behind it are received.
 * @param query the parameters in the address
 * @returns the outcomes in the order of the files
 * @throws Problem where no file, or none of those that are still to come, can be received. Files before that are kept
 */
export async function receiveMany(
  context: ManyContext,
  files: AsyncIterable<OneFile>,
  query: Params,
): Promise<ReceivedFile[]> {
  const outcomes: Promise<ReceivedFile>[] = [];
  const open = new Set<Promise<ReceivedFile>>();
  const nextTurn = createMakingOrder();
  let shared: Params | undefined;
  let refused = 0;
  try {
    for await (const file of files) {
      if (outcomes.length >= MOST_FILES) throw tooManyFiles();
      const own = shared && file.fields;
      shared ??= await openRequest(context, query, file.fields);
      const coming = comingIn(file, new Map([...shared, ...file.fields]), nextTurn());
      const outcome = receiveOne(context, coming, file, own);
      outcomes.push(outcome);
      open.add(outcome);
      void outcome.then(() => open.delete(outcome));
      // The next file may begin when this one's bytes are there, whatever becomes of them.
      const early = await Promise.race([coming.read, outcome]);
      if (early?.came instanceof Problem)
        refused += await passOver(file, MOST_PASSED_OVER - refused);
      // It was here before, as large as it may be.
      else if (early) await passOver(file, Number.POSITIVE_INFINITY);
      while (open.size >= AT_ONCE) await Promise.race(open);
    }
  } finally {
    // Nothing of a request goes on behind its answer.
    await Promise.all(outcomes);
  }
  if (outcomes.length === 0) throw new Problem("no_file", missingFile.absent);
  return Promise.all(outcomes);
}

/**
 * Reads what is left of a file for nothing.
 * @returns how many bytes those were
 * @throws Problem where there are more than `most`: more than those behind it are worth
 */
async function passOver({ bytes }: OneFile, most: number): Promise<number> {
  let total = 0;
  for await (const piece of bytes) {
    total += piece.length;
    if (total > most) throw tooMuchRefused();
  }
  return total;
}

/**
 * Reads what counts for all files.
 * @param fields before the first file
 * @returns what counts, without what is said of that file alone
 * @throws Problem where nothing can be received
 */
async function openRequest(
  { claim, origin }: ManyContext,
  query: Params,
  fields: Params,
): Promise<Params> {
  const misplaced = [...query.keys()].find(isOfOneFile);
  if (misplaced) throw notInQuery(misplaced);
  const said = new Map([...query, ...fields]);
  const shared = new Map([...said].filter(([name]) => !isOfOneFile(name)));
  if (!claim.isIn(shared)) {
    const name = claim.names.join(" or ");
    throw new Problem("invalid_input", `${name} is missing: it stands before the first file.`);
  }
  requireFields(shared);
  await claim.ofFile(shared, origin);
  // Fields that stand behind their files would be taken for those of the next one.
  if (!saysChunk(said, undefined)) throw noChunk();
  return shared;
}

const isOfOneFile = (name: string) => isOfFamily(name) || isDigestName(name);

type Coming = {
  params: Params;
  body: Body;
  /** Its bytes were read to their end. */
  read: Promise<undefined>;
  turn: MakingTurn;
};

function comingIn({ bytes }: OneFile, params: Params, turn: MakingTurn): Coming {
  const { promise: read, resolve } = Promise.withResolvers<undefined>();
  const rest = async () => {
    resolve(undefined);
    return { params, moreFiles: false };
  };
  const body = { length: undefined, moreParams: false, bytes, rest, endBy: () => undefined };
  return { params, body, read, turn };
}

/**
 * Never rejects.
 * @param own fields that stand behind the first file, and before this one
 */
async function receiveOne(
  context: ManyContext,
  { params, body, turn }: Coming,
  { name }: OneFile,
  own: Params = new Map(),
): Promise<ReceivedFile> {
  const { claim, origin } = context;
  let identifier = "";
  let came: Answer | Problem;
  try {
    const credentials = [...claim.names, ...Object.values(GRANT_NAMES)];
    const late = credentials.find((credential) => own.has(credential));
    if (late) throw lateCredential(late);
    requireFields(params);
    const chunk = readChunk(params, filenameOf(params, name));
    if (!chunk) throw noChunk();
    ({ identifier } = chunk.identity);
    const redemption = { claim, params, partName: name, range: undefined, origin, turn };
    came = await context.receive(redemption, body);
  } catch (error) {
    came = context.problemOf(error);
  } finally {
    turn.pass();
  }
  context.onOutcome(came);
  return { identifier, came };
}

function noChunk(): Problem {
  return new Problem(
    "invalid_input",
    "Before each file its own resumableChunkNumber, resumableChunkSize, resumableTotalSize and resumableIdentifier are needed, or what flow.js or Dropzone calls them.",
  );
}

function notInQuery(name: string): Problem {
  return new Problem(
    "invalid_input",
    `${name} is of one file: it stands before that file in the form, not in the address.`,
  );
}

function lateCredential(name: string): Problem {
  return new Problem(
    "invalid_input",
    `${name} stands before the first file, and counts for all: it may not come again.`,
  );
}

function tooManyFiles(): Problem {
  return new Problem(
    "invalid_input",
    `A request may have ${MOST_FILES} files. The first ${MOST_FILES} were received, those behind them were not.`,
  );
}

function tooMuchRefused(): Problem {
  return new Problem(
    "invalid_input",
    `The files that are refused have more than ${formatLimit(MOST_PASSED_OVER)} together: those behind them were not received.`,
  );
}
