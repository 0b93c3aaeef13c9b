import type { Language } from "../texts/language.ts";
import type { CommonTexts, UploadTexts } from "../texts/texts.ts";

/** What the server tells the page's script, as JSON in the page. Public to whoever has the link. Times are Unix milliseconds. */
export type PageData = {
  uploadToken: string;
  /** Proves that the passphrase was given, where the link has one. */
  uploadGrant: string | null;
  /** busy: uses are left, but each is reserved at this moment. */
  state: "open" | "busy";
  maxUploads: number;
  /** Uses that are not consumed. */
  remaining: number;
  /** Uses that are neither consumed nor reserved. */
  free: number;
  validUntil: number;
  graceUntil: number;
  /** The server's clock when the page was made. */
  now: number;
  /** Bytes per file. */
  maxSize: number;
  /** Media types or ranges, e.g. ["image/*", "video/mp4"]. */
  types: readonly string[];
  /** What the guest may say beside the files. */
  ask: readonly ("name" | "note")[];
  /** Name of who asks for the files, or "". */
  sender: string;
  /** There is a return_url that the browser itself has to go to. */
  returns: boolean;
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
