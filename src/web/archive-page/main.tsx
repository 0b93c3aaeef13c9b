/** @jsxImportSource preact */
import { render } from "preact";
import { describeWrong, FieldWords, type Input } from "../kit/field-words.ts";
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
  const sayWrong = (input: Input) => describeWrong(input, data.texts.fields, context.locale);
  startEvents(data);
  watchReplacing();
  sayOldLink(data);
  render(
    <Archive.Provider value={context}>
      <FieldWords.Provider value={sayWrong}>
        <Shell />
      </FieldWords.Provider>
    </Archive.Provider>,
    root,
  );
}
