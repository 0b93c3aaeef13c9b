import type { Params } from "../../upload/params.ts";
import { plainStyle, readStyle, type Style, type Version } from "../envelope.ts";

/** Whether a form asks for a page of words as its answer: one of a browser without script (protocol 4.3). */
export function wantsPage(params: Params): boolean {
  return params.get("format") === "page";
}

/** As `readStyle`; what is answered with a page has the version's own style where it is none. @throws Problem invalid_input */
export function readRedeemStyle(version: Version, params: Params): Style {
  return wantsPage(params) ? plainStyle(version) : readStyle(version, params);
}
