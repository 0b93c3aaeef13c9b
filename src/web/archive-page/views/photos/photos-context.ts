import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { ArchiveTexts } from "../../../texts/texts.ts";
import type { ArchivePageContext } from "../../archive-context.ts";
import type { DayNames } from "./day-names.ts";
import type { PhotoSelection } from "./filter.ts";
import type { Marked } from "./marked.ts";
import type { PhotoList } from "./photo-list.ts";

/** What every component of the view of photos may use. */
export type PhotosContext = ArchivePageContext & {
  texts: ArchiveTexts["photos"];
  dayNames: DayNames;
  selection: PhotoSelection;
  list: PhotoList;
  marked: Marked;
  /** Whether the signed-in key may change photos. */
  mayChange: boolean;
  /** Loads the list again; photos on the screen stay where they are. */
  refresh(): Promise<void>;
  /** Changes filters or order; the back button undoes that. */
  select(change: Partial<PhotoSelection>): void;
  /** Shows one photo alone; undefined: the grid again. */
  open(photoId: number | undefined): void;
};

export const Photos = createContext<PhotosContext | undefined>(undefined);

export function usePhotos(): PhotosContext {
  const context = useContext(Photos);
  if (context === undefined) throw new Error("This component is not within the view of photos");
  return context;
}
