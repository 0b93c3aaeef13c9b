import { VALID_MINUTES } from "../../../../api-limits.ts";
import type { ApiParams } from "../../api.ts";
import { messageHtml } from "./message-text.ts";

/** What somebody has typed of a link that is to be made. Numbers are text until it is sent. */
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

/** So many minutes from now, or a moment in the reader's own time, as `<input type="datetime-local">` has it. */
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

const UNITS = { MB: 1e6, GB: 1e9 };

/** In whole minutes from now, within what a link may last (protocol 3). @param now milliseconds since 1970 */
export function minutesOf(end: LinkEnd, now: number): number {
  const minutes = "minutes" in end ? end.minutes : (Date.parse(end.until) - now) / 60_000;
  return Math.min(VALID_MINUTES.most, Math.max(VALID_MINUTES.least, Math.round(minutes || 0)));
}

/** The parameters of get-upload-token. @param albumId in the place of the draft's own, for one that was just made */
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

/** What is left empty is not said. */
function given(text: string): string | undefined {
  return text.trim() === "" ? undefined : text;
}
