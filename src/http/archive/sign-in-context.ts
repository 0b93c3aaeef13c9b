import type { Records } from "../../records/records.ts";
import type { SiteLook } from "../../web/page-shell.tsx";
import type { Credentials } from "../caller.ts";
import type { RequestLog } from "../request-log.ts";
import type { EventStreams } from "./event-streams.ts";
import type { WrongKeys } from "./wrong-keys.ts";

/** What the handlers below `/archive` are given. */
export type SignInContext = {
  credentials: Credentials;
  records: Records;
  wrongKeys: WrongKeys;
  streams: EventStreams;
  requests: Pick<RequestLog, "clientOf">;
  publicUrl: () => string;
  now: () => number;
  /** Deleted photos stay in the trash for so many milliseconds (REDEEM_KEEP_DELETED). */
  keepDeletedMs: number;
  look: SiteLook;
  /** What is typed at a terminal to start this program, such as "./dist/redeem": pages say with it how to get a link. */
  program: string;
  /** Everybody may list published photos (REDEEM_PUBLIC_LIST). */
  publicList: boolean;
  /** What the server takes: the largest file in bytes, media types and ranges. */
  maxSize: number;
  types: readonly string[];
  /** A form's request that sends nothing for this long is ended; in milliseconds (REDEEM_STALL). */
  stallMs: number;
};
