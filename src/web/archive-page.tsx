/** @jsxImportSource preact */
import type { ArchivePageData } from "./archive-page/page-data.ts";
import { scriptName, stylesName } from "./assets.ts";
import { PageJson, renderPage, type SiteLook } from "./page-shell.tsx";

/** The whole HTML document of /archive for somebody who has signed in. `root` as in PageHead. */
export function renderArchivePage(data: ArchivePageData, site: SiteLook, root: string): string {
  return renderPage(
    {
      language: data.language,
      title: `${data.texts.title} – ${site.name}`,
      site,
      root,
      styles: stylesName("archive-page"),
      script: scriptName("archive-page"),
      // Not "no-referrer": the form that signs out would be sent with "Origin: null".
      referrer: "strict-origin",
    },
    <>
      <div id="archive" />
      <PageJson id="archive-info" data={{ ...data, siteLogo: site.logo }} />
    </>,
    "wide",
  );
}
