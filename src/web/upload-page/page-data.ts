import type { Language } from "../texts/language.ts";
import type { CommonTexts, UploadTexts } from "../texts/texts.ts";

/** What an upload page knows of its link. Times are Unix milliseconds. Public to whoever has the link. */
export type LinkFacts = {
  uploadToken: string;
  /** If the link has a passphrase: the proof that the guest gave it (protocol 4.7). */
  uploadGrant: string | null;
  maxUploads: number;
  /** Uses that are not consumed. A reserved one counts: it may be this visitor's own, who has come back to go on. */
  remaining: number;
  /** Uses that are neither consumed nor reserved. */
  free: number;
  validUntil: number;
  /** Until then what was begun may be finished. */
  graceUntil: number;
  /** The server's clock when the page was made. */
  now: number;
  /** Bytes per file. */
  maxSize: number;
  /** Media types or ranges, e.g. ["image/*", "video/mp4"]. */
  types: readonly string[];
  /** What the guest may say beside the files. */
  ask: readonly ("name" | "note")[];
  /** Name of who asks for the files, or "". Plain text. */
  sender: string;
  /** Whether there is a return_url that the browser itself has to go to. */
  returns: boolean;
};

/** What the server writes into the page for its script, as JSON. */
export type PageData = LinkFacts & {
  /** busy: uses are left, but each is reserved at this moment. */
  state: "open" | "busy";
  /** Address of the script that makes previews on a worker. */
  thumbnailWorker: string;
  language: Language;
  texts: UploadTexts;
  common: CommonTexts;
};

/** Where the plain form is sent, relative to /upload/<token>: a path prefix before both stays intact. */
export const apiTarget = "../api/photo/redeem-upload-token";

/** Version 2 of the API, relative to /upload/<token>. */
export const apiRoot = "../api/2/";
