import { LEVELS, type Level, type Records } from "../records/records.ts";
import type { FeedNotice } from "./notices.ts";
import type { PageEvent } from "./page-event.ts";

/** Whom an event may be told to: as in all of the API, `write` sees links and uploads of its own user, `admin` all. */
export type Viewer = { level: Level; userId: number };

/** An event, the level that sees it, and below `admin` the user whose it has to be; undefined: it is nobody's own. */
export type Addressed = { event: PageEvent; level: Level; userId: number | undefined };

type Lookup = Pick<Records, "uploads" | "tokens">;

/** Looks up what a notice is about, as it is now, and who may see it. */
export async function address(records: Lookup, notice: FeedNotice): Promise<Addressed> {
  if (notice.about === "anything") return { ...notice, userId: undefined };
  // A token that is gone was nobody's: NaN is no user's id.
  const userId = (await records.tokens.byId(notice.token))?.userId ?? Number.NaN;
  const event: PageEvent =
    notice.about === "token"
      ? { event: "token", data: { token_id: notice.token } }
      : await describeUpload(records, notice);
  return { event, level: "write", userId };
}

async function describeUpload(
  { uploads }: Lookup,
  { upload: id, token }: { upload: number; token: number },
): Promise<PageEvent> {
  const ids = { upload_id: id, token_id: token };
  const upload = await uploads.byId(id);
  if (!upload) {
    const gone = { filename: "", size: null, received: 0, state: "gone" as const };
    return { event: "upload", data: { ...ids, ...gone } };
  }
  const { filename, identity, received, keptUntil } = upload;
  // Also while its bytes are kept: its uploader has cancelled it.
  const state = keptUntil === null ? upload.state : "failed";
  const whole = received > 0 ? received : null;
  const size = identity?.totalSize ?? whole;
  return { event: "upload", data: { ...ids, filename, size, received, state } };
}

/** Whether a viewer may be told of an event. */
export function maySee(
  { level, userId }: Viewer,
  { level: needed, userId: owner }: Addressed,
): boolean {
  if (LEVELS.indexOf(level) < LEVELS.indexOf(needed)) return false;
  if (owner === undefined || LEVELS.indexOf(level) >= LEVELS.indexOf("admin")) return true;
  return owner === userId;
}
