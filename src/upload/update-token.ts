import { changesOf } from "../archive/rules.ts";
import type { ArchiveContext } from "../archive/change-photo.ts";
import { pingbackChanges } from "../callback/pingback.ts";
import { Problem, refusedToken } from "../problem.ts";
import type { FileSelector, Photo, TokenChange } from "../records/records.ts";
import { nextTurn } from "../slices.ts";
import { FAMILIES } from "./chunk-families.ts";
import { MAX_NAME } from "./chunk.ts";
import { cleanFilename } from "./filename.ts";
import { quote, type Params } from "./params.ts";
import { requireOpened, type Passphrases, type Opening } from "./passphrase.ts";
import { tokenState } from "./rules.ts";
import { findOwner } from "./token.ts";
import { MAX_UNFINISHED } from "./upload-rules.ts";
import type { Owner, UploadContext } from "./types.ts";

export type WithToken = {
  uploadToken: string;
  /** What it says to open a token that has a passphrase. */
  said: Opening;
  /** The address that the request comes from, as far as it is known. */
  client: string | undefined;
  /** The web origin of another site's page that the request comes from, if a browser said so. */
  origin: string | null;
};

/**
 * Who may change what came with an upload token, or is to come: whoever has it, until its end and the grace time behind
 * that. A token that is used up still may: its files are there.
 * @throws Problem invalid_upload_token, origin_refused, and what `requireOpened` throws
 */
export async function findHolder(
  {
    records,
    passphrases,
    graceMs,
    now,
  }: Pick<UploadContext, "records" | "graceMs" | "now"> & { passphrases: Passphrases },
  { uploadToken, said, client, origin }: WithToken,
): Promise<Owner> {
  const owner = await findOwner(records, uploadToken, origin);
  // With a token that replaces the bytes of a photo nobody may say what the photo is called.
  if (owner.token.replaces !== null) throw refusedToken.unknown();
  await requireOpened(passphrases, owner, said, client);
  if (tokenState(owner.token, now(), graceMs) === "expired") throw refusedToken.expired();
  return owner;
}

/**
 * Which files of the token are meant: the one with an uploader's identifier (protocol 4.2), those of a `filename`, or all.
 * @throws Problem invalid_input
 */
export function filesOf(params: Params): FileSelector {
  for (const { identifier: name } of FAMILIES) {
    const identifier = params.get(name) ?? "";
    if (identifier === "") continue;
    if (identifier.length > MAX_NAME) {
      throw new Problem("invalid_input", `${name} is longer than ${MAX_NAME} characters.`);
    }
    return { identifier };
  }
  const said = params.get("filename") ?? "";
  if (said.trim() === "") return "all";
  const filename = cleanFilename(said);
  if (filename !== "") return { filename };
  throw new Problem("invalid_input", `filename must be a file's name, not ${quote(said)}.`);
}

/**
 * Changes what an upload token gives its files (protocol 6, `update-upload-token`): those to come, those under way when they
 * become photos, and the photos that are there. It is promised when it is on record: what a crash leaves of it undone is
 * done by the next start (`finishUpdates`).
 * @throws Problem invalid_input where the token has too many changes of single files
 */
export async function updateToken(
  context: ArchiveContext,
  { token }: Owner,
  files: FileSelector,
  change: TokenChange,
): Promise<void> {
  if (Object.keys(change).length === 0) return;
  const most = token.maxUploads + MAX_UNFINISHED;
  const update = { tokenId: token.id, files, change };
  const id = await context.records.updates.add(update, most);
  if (id === "too many") {
    throw new Problem(
      "invalid_input",
      `The upload token has changes of too many files: at most ${most} are kept.`,
    );
  }
  await carryOut(context, id);
}

/**
 * Carries out what was promised and not done to its end: at a start, before anything else is changed, since the last process
 * has ended in the middle; by the sweeper, since the disk took no writes. Where it takes none now either, it waits for the next sweep.
 */
export async function finishUpdates(context: ArchiveContext): Promise<void> {
  for (const id of await context.records.updates.unfinished()) {
    try {
      await carryOut(context, id);
    } catch (error) {
      context.events.emit({ kind: "update not finished", error: String(error) });
      return;
    }
  }
}

/** In slices, between which others have their turn: a token may have a thousand photos. */
async function carryOut(context: ArchiveContext, id: number): Promise<void> {
  const { records, events, pingbackTo, now } = context;
  for (;;) {
    const at = now();
    const { changed, more } = await records.updates.carryOut(id, at, (photo: Photo, change) => {
      const changes = changesOf(photo, change, at);
      if (changes.length === 0) return changes;
      return [...changes, ...pingbackChanges(pingbackTo, "updated", photo, at)];
    });
    if (changed.length > 0) context.onDelivery();
    for (const photo of changed) {
      events.emit({ kind: "photo changed", photo: photo.id, what: "updated" });
    }
    if (!more) return;
    await nextTurn();
  }
}
