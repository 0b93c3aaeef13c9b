import type { ComponentType } from "preact";
import type { IconName } from "../kit/icon.tsx";
import type { ArchiveTexts } from "../texts/texts.ts";
import type { ArchivePageData } from "./page-data.ts";
import { CallbacksView } from "./views/callbacks/callbacks-view.tsx";
import { KeysView } from "./views/keys/keys-view.tsx";
import { LinksView } from "./views/links/links-view.tsx";
import { PhotosView } from "./views/photos/photos-view.tsx";
import { StorageView } from "./views/storage/storage-view.tsx";

/** One view of the archive: a folder in views/, with a component that is drawn while the address names it. */
export type View = {
  /** As the address names it: "#/photos". */
  name: string;
  icon: IconName;
  /** What the navigation calls it. */
  label: (texts: ArchiveTexts) => string;
  /** The level that its API methods need. */
  level: ArchivePageData["level"];
  component: ComponentType;
};

/** In the order of the navigation. The first one is shown where the address names none. */
export const VIEWS: readonly View[] = [
  {
    name: "photos",
    icon: "image",
    label: ({ frame }) => frame.photos,
    level: "read",
    component: PhotosView,
  },
  {
    name: "links",
    icon: "link",
    label: ({ frame }) => frame.links,
    level: "write",
    component: LinksView,
  },
  {
    name: "callbacks",
    icon: "bell",
    label: ({ frame }) => frame.callbacks,
    level: "admin",
    component: CallbacksView,
  },
  {
    name: "keys",
    icon: "key",
    label: ({ frame }) => frame.keys,
    level: "super",
    component: KeysView,
  },
  {
    name: "storage",
    icon: "storage",
    label: ({ frame }) => frame.storage,
    level: "admin",
    component: StorageView,
  },
];
