import { VALID_MINUTES } from "../../../../api-limits.ts";
import type { ApiParams } from "../../api.ts";
import { messageHtml } from "./message-text.ts";

/** What has been typed into the form for a link. Numbers are text until the form is sent. */
export type LinkDraft = {
  title: string;
  message: string;
  sender: string;
  files: string;
  size: string;
  unit: "MB" | "GB";
  types: readonly string[];
  end: LinkEnd;
  passphrase: string;
  albumId: string;
  newAlbum: string;
  askName: boolean;
  askNote: boolean;
};

/** When a link ends: some minutes from now, or at a moment in the reader's own time, as `<input type="datetime-local">` writes it. */
export type LinkEnd = { minutes: number } | { until: string };

export const EMPTY_DRAFT: LinkDraft = {
  title: "",
  message: "",
  sender: "",
  files: "10",
  size: "",
  unit: "GB",
  types: [],
  end: { minutes: 7 * 24 * 60 },
  passphrase: "",
  albumId: "",
  newAlbum: "",
  askName: false,
  askNote: false,
};

/** Bytes. */
export const UNITS = { MB: 1e6, GB: 1e9 };

/** The end in whole minutes from now, brought within what a link may last (protocol 3). @param now Unix milliseconds */
export function minutesOf(end: LinkEnd, now: number): number {
  const minutes = "minutes" in end ? end.minutes : (Date.parse(end.until) - now) / 60_000;
  return Math.min(VALID_MINUTES.most, Math.max(VALID_MINUTES.least, Math.round(minutes || 0)));
}

/**
 * The draft as parameters of get-upload-token (protocol 3).
 * @param albumId the album's id, "" for none: the draft does not know that of an album that was just made
 * @param now Unix milliseconds
 */
export function paramsOfDraft(draft: LinkDraft, albumId: string, now: number): ApiParams {
  const ask = [draft.askName && "name", draft.askNote && "note"].filter(Boolean).join(",");
  return {
    title: given(draft.title),
    description: given(messageHtml(draft.message)),
    sender: given(draft.sender),
    max_uploads: draft.files,
    max_size: draft.size === "" ? undefined : Math.round(Number(draft.size) * UNITS[draft.unit]),
    types: given(draft.types.join(",")),
    valid_minutes: minutesOf(draft.end, now),
    passphrase: given(draft.passphrase),
    album_id: given(albumId),
    ask: given(ask),
  };
}

/** A text as a parameter; undefined, which is not sent, if it is empty. */
function given(text: string): string | undefined {
  return text.trim() === "" ? undefined : text;
}
