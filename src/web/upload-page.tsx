/** @jsxImportSource preact */
import type { VNode } from "preact";
import { scriptName, stylesName } from "./assets.ts";
import { Icon } from "./kit/icon.tsx";
import { PageJson, renderPage, SiteName, type SiteLook } from "./page-shell.tsx";
import type { Language } from "./texts/language.ts";
import { textsOf, type Texts } from "./texts/texts.ts";
import { describeLimits } from "./upload-page/limits.ts";
import { apiTarget, type PageData } from "./upload-page/page-data.ts";
import { acceptAttribute } from "./upload-page/types.ts";

export type UploadPageInfo = {
  site: SiteLook;
  language: Language;
  uploadToken: string;
  /** Proves that the passphrase was given, where the link has one. */
  uploadGrant: string | null;
  /** ready: files can be sent. Otherwise only a sentence is shown. */
  state: "ready" | "used" | "expired" | "invalid";
  /** Plain text. */
  title: string;
  /** Sanitized HTML: put into the page as it is. */
  descriptionHtml: string;
  /** How many files may still be started. */
  remainingUploads: number;
  /** Bytes per file. */
  maxSize: number;
  /** Media types or ranges, e.g. ["image/*", "video/mp4"]. */
  types: readonly string[];
  /** There is a return_url that the browser itself has to go to. */
  returns: boolean;
};

/** The whole HTML document of /upload/<upload_token>. */
export function renderUploadPage(info: UploadPageInfo): string {
  const { site, language, state } = info;
  const texts = textsOf(language).upload;
  const ready = state === "ready";
  const title = (ready && info.title.trim()) || texts.title;
  return renderPage(
    {
      language,
      title: `${title} – ${site.name}`,
      site,
      root: "../",
      styles: stylesName("upload-page"),
      ...(ready && { script: scriptName("upload-page") }),
      // The address of this page is a credential, so no other site may learn it. Not
      // "no-referrer", under which the form without script would be sent with "Origin: null".
      referrer: "strict-origin",
    },
    <main>
      <SiteName site={site} />
      {ready ? <Ready info={info} title={title} /> : <Refusal state={state} texts={texts} />}
    </main>,
  );
}

function Refusal({
  state,
  texts,
}: {
  state: Exclude<UploadPageInfo["state"], "ready">;
  texts: Texts["upload"];
}): VNode {
  return (
    <>
      <h1>{texts[`${state}Heading`]}</h1>
      <p class="hint">{texts[`${state}Sentence`]}</p>
    </>
  );
}

function Ready({ info, title }: { info: UploadPageInfo; title: string }): VNode {
  const data: PageData = {
    uploadToken: info.uploadToken,
    remainingUploads: info.remainingUploads,
    maxSize: info.maxSize,
    types: info.types,
    returns: info.returns,
  };
  const several = info.remainingUploads !== 1;
  const accept = acceptAttribute(info.types);
  const limits = describeLimits(info);
  return (
    <>
      <h1 dir="auto">{title}</h1>
      {info.descriptionHtml !== "" && (
        <div
          class="description"
          dir="auto"
          dangerouslySetInnerHTML={{ __html: info.descriptionHtml }}
        />
      )}
      <div id="app" hidden>
        <ul id="unfinished" aria-label="Files you had started" hidden />
        <section id="ending" aria-labelledby="ending-heading" hidden>
          <h2 id="ending-heading" />
          <p id="ending-sentence" />
          <button type="button" id="finish" hidden>
            Finish
          </button>
        </section>
        <label id="zone" class="zone">
          <input
            type="file"
            id="files"
            aria-label="Choose files"
            aria-describedby="limits"
            accept={accept}
            multiple={several}
          />
          <Icon name="upload" />
          <span class="pick">Choose files</span>
          <span class="drag">or drag {several ? "them" : "one"} here</span>
          <span class="hint" id="limits">
            {limits}
          </span>
        </label>
        <p id="notice" role="alert" hidden />
        <ul id="list" aria-label="Files" hidden />
        <div id="announcements" class="unseen" role="status" aria-live="polite" />
      </div>
      <noscript>
        <form method="post" enctype="multipart/form-data" action={apiTarget}>
          <input type="hidden" name="upload_token" value={info.uploadToken} />
          {info.uploadGrant !== null && (
            <input type="hidden" name="upload_grant" value={info.uploadGrant} />
          )}
          <input type="hidden" name="format" value="page" />
          <label for="one">Choose a file</label>
          <input
            type="file"
            name="file"
            id="one"
            required
            accept={accept}
            aria-describedby="one-limits"
          />
          <p class="hint" id="one-limits">
            {limits}
          </p>
          <button type="submit">Send</button>
        </form>
      </noscript>
      <PageJson id="upload-info" data={data} />
    </>
  );
}
