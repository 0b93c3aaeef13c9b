/** @jsxImportSource preact */
import { render } from "preact";
import { createLocale } from "../kit/locale.ts";
import { createApi } from "./api.ts";
import { Archive } from "./archive-context.ts";
import { startEvents } from "./events.ts";
import type { ArchivePageData } from "./page-data.ts";
import { sayOldLink } from "./old-link.ts";
import { watchReplacing } from "./replacing/replacements.ts";
import { Shell } from "./shell.tsx";

const info = document.getElementById("archive-info")?.textContent;
const root = document.getElementById("archive");

if (info && root !== null) {
  const data: ArchivePageData = JSON.parse(info);
  const context = {
    data,
    api: createApi(data),
    locale: createLocale(data.language, navigator.languages),
  };
  startEvents(data);
  watchReplacing();
  sayOldLink(data);
  render(
    <Archive.Provider value={context}>
      <Shell />
    </Archive.Provider>,
    root,
  );
}
