import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Locale } from "../kit/locale.ts";
import type { Api } from "./api.ts";
import type { ArchivePageData } from "./page-data.ts";

/** What every component of the archive page may use. */
export type ArchivePageContext = {
  data: ArchivePageData;
  api: Api;
  locale: Locale;
};

export const Archive = createContext<ArchivePageContext | undefined>(undefined);

/** For components within the archive page. @throws Error outside of it */
export function useArchive(): ArchivePageContext {
  const context = useContext(Archive);
  if (context === undefined) throw new Error("This component is not within the archive page");
  return context;
}
