import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ArchiveTexts } from "../../../texts/texts.ts";
import type { ArchivePageContext } from "../../archive-context.ts";
import type { DayNames } from "./day-names.ts";
import type { PhotoSelection } from "./filter.ts";
import type { Marked } from "./marked.ts";
import type { PhotoList } from "./photo-list.ts";

/** What every part of the view works with. */
export type PhotosContext = ArchivePageContext & {
  texts: ArchiveTexts["photos"];
  dayNames: DayNames;
  selection: PhotoSelection;
  list: PhotoList;
  marked: Marked;
  /** Whether who is signed in may change photos. */
  mayChange: boolean;
  /** Asks anew what there is; what is on the screen stays where it is. */
  refresh(): Promise<void>;
  /** Leads to other photos; the back button comes back. */
  select(change: Partial<PhotoSelection>): void;
  /** Looks at one photo; undefined: at the grid again. */
  open(photoId: number | undefined): void;
};

export const Photos = createContext<PhotosContext | undefined>(undefined);

export function usePhotos(): PhotosContext {
  const context = useContext(Photos);
  if (context === undefined) throw new Error("This component is not within the view of photos");
  return context;
}
