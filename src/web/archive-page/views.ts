import type { ComponentType } from "preact";
import type { ArchiveTexts } from "../texts/texts.ts";
import type { ArchivePageData } from "./page-data.ts";

/** One view of the archive: a folder in views/, with a component that is drawn while the place is there. */
export type View = {
  /** In the address: "#/photos". */
  name: string;
  /** What the navigation calls it. */
  label: (texts: ArchiveTexts) => string;
  /** The level that its API methods need. */
  level: ArchivePageData["level"];
  component: ComponentType;
};

/** In the order of the navigation. The first is where somebody comes in. */
export const VIEWS: readonly View[] = [];
