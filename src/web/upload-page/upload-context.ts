import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Announcer } from "./announce.ts";
import type { Choice } from "./choice.ts";
import type { Words } from "./choosing/limits.ts";
import type { Earlier } from "./earlier.ts";
import type { Ending } from "./ending.ts";
import type { Guest } from "./guest.ts";
import type { LinkView } from "./link-state.ts";
import type { PageData } from "./page-data.ts";
import type { Previews } from "./previews/previews.ts";
import type { Engine } from "./transfer/types.ts";
import type { UploadList } from "./upload-list.ts";

/** What every component of the upload page can have. */
export type UploadPage = Words & {
  data: PageData;
  engine: Engine;
  list: UploadList;
  link: LinkView;
  choice: Choice;
  ending: Ending;
  earlier: Earlier;
  guest: Guest;
  previews: Previews;
  announcer: Announcer;
};

const context = createContext<UploadPage | undefined>(undefined);

export const UploadPageProvider = context.Provider;

export function useUploadPage(): UploadPage {
  const page = useContext(context);
  if (page === undefined) throw new Error("A component of the upload page stands outside of it");
  return page;
}
