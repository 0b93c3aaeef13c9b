import { MOST_FOLLOWING } from "../../../api-limits.ts";
import type { ArchiveEvent } from "../events.ts";
import { useEvents } from "../events.ts";
import { usePages, type Pages } from "./pages.ts";
import { useRefresh } from "./refresh.ts";

/** A file under way, as `upload-token/uploads` answers it (protocol 6.3). */
export type UnderWayItem = {
  upload_id: number;
  /** The upload token that it comes with; 0: none. */
  token_id: number;
  filename: string;
  /** Bytes; 0 if that is known only when all of it is there. `received` are bytes as well. */
  size: number;
  received: number;
  state: "receiving" | "finalizing" | "lapsed";
};

type UploadEvent = Extract<ArchiveEvent, { kind: "upload" }>;

const goesOn = ({ state }: UploadEvent) => state === "receiving" || state === "finalizing";

const idOf = (item: UnderWayItem) => item.upload_id;

/** All files under way that the signed-in key may see, updated by events while they arrive. */
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
