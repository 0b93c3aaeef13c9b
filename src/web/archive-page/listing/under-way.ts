import { MOST_FOLLOWING } from "../../../api-limits.ts";
import type { ArchiveEvent } from "../events.ts";
import { useEvents } from "../events.ts";
import { usePages, type Pages } from "./pages.ts";
import { useRefresh } from "./refresh.ts";

/** A file on its way, as `upload-token/uploads` answers it (protocol 6.3). */
export type UnderWayItem = {
  upload_id: number;
  /** 0 where it comes without a link. */
  token_id: number;
  filename: string;
  /** Bytes; 0 where that is not known before its end. */
  size: number;
  received: number;
  state: "receiving" | "finalizing" | "lapsed";
};

type UploadEvent = Extract<ArchiveEvent, { kind: "upload" }>;

const goesOn = ({ state }: UploadEvent) => state === "receiving" || state === "finalizing";

const idOf = (item: UnderWayItem) => item.upload_id;

/** Files under way, all that somebody may see, as they come in. */
export function useUnderWay(): Pages<UnderWayItem> {
  const pages = usePages<UnderWayItem>("upload-token/uploads", {}, idOf, MOST_FOLLOWING);
  const known = (event: UploadEvent) =>
    pages.items?.find((item) => item.upload_id === event.upload_id);
  useEvents((event) => {
    if (event.kind !== "upload" || !goesOn(event)) return;
    const item = known(event);
    if (!item) return;
    const state = event.state === "finalizing" ? "finalizing" : "receiving";
    pages.replace({ ...item, state, received: event.received });
  });
  useRefresh(
    () => void pages.reload(),
    (event) =>
      event.kind === "upload"
        ? !goesOn(event) || known(event) === undefined
        : event.kind === "photo" && event.what === "made",
  );
  return pages;
}
