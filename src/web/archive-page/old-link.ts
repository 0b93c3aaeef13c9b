import { toast } from "../kit/toast.tsx";
import type { ArchivePageData } from "./page-data.ts";

/** Says to who was signed in already that the link which led here signs nobody in any more. */
export function sayOldLink({ cameByOldLink, texts }: ArchivePageData): void {
  if (!cameByOldLink) return;
  toast(texts.frame.oldLink);
  // Not again where the page is loaded anew.
  history.replaceState(history.state, "", location.pathname + location.hash);
}
