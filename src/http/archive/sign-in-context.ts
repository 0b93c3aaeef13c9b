import type { Records } from "../../records/records.ts";
import type { SiteLook } from "../../web/page-shell.tsx";
import type { Credentials } from "../caller.ts";
import type { RequestLog } from "../request-log.ts";
import type { EventStreams } from "./event-streams.ts";
import type { WrongKeys } from "./wrong-keys.ts";

/** What the addresses below `/archive` work with. */
export type SignInContext = {
  credentials: Credentials;
  records: Records;
  wrongKeys: WrongKeys;
  streams: EventStreams;
  requests: Pick<RequestLog, "clientOf">;
  publicUrl: () => string;
  now: () => number;
  look: SiteLook;
  /** A form that sends nothing for this long is ended, in milliseconds. */
  stallMs: number;
};
