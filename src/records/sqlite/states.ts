import { and, eq, sql } from "drizzle-orm";
import { LAPSE_MS } from "../uploads.ts";
import { uploads } from "./schema.ts";

/**
 * Conditions on the state of an upload, in the words of the partial indexes in schema/uploads.ts: with parameters in the
 * place of the states, or in other words, SQLite would not use these.
 */

/** It may hold a use of its token. */
export const LIVE = sql`${uploads.state} in ('receiving', 'finalizing')`;

/** Of one of these, and with a placeholder `now`: its reservation, or lease, has not lapsed. A time in the future is a wrong clock's. */
export const HOLDS = sql`abs(${uploads.lastByteAt} - ${sql.placeholder("now")}) < ${sql.raw(String(LAPSE_MS))}`;

/** It is no photo: under way, lapsed or failed. */
export const UNFINISHED = sql`${uploads.state} <> 'finished'`;

/** Uploads of the token of a prepared query that are LIVE. UNFINISHED follows from it, but the index wants to read it. */
export const LIVE_OF_TOKEN = and(eq(uploads.tokenId, sql.placeholder("tokenId")), UNFINISHED, LIVE);

/** In chunks, and it will not get any more of them, but still has some. */
export const HAS_CHUNKS_TO_PRUNE = sql`${uploads.state} in ('finished', 'failed') and ${uploads.received} > 0
  and ${uploads.totalSize} is not null`;

/** Its uploader has cancelled it, and its bytes are kept for a while. */
export const KEPT = sql`${uploads.state} = 'receiving' and ${uploads.keptUntil} is not null`;

/** Every byte of it is on record, and there is no photo yet. */
export const TO_FINALIZE = sql`(${uploads.state} = 'finalizing'
  or (${uploads.state} = 'receiving' and ${uploads.received} = ${uploads.totalSize}))`;

/** A whole file whose bytes are coming in. */
export const RECEIVING_WHOLE = sql`${uploads.state} = 'receiving' and ${uploads.identifier} is null`;

/** In chunks, and a photo. */
export const FINISHED_IN_CHUNKS = sql`${uploads.state} = 'finished' and ${uploads.identifier} is not null`;
