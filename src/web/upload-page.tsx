/** @jsxImportSource preact */
import type { VNode } from "preact";
import { scriptName, stylesName } from "./assets.ts";
import { createLocale } from "./kit/locale.ts";
import { PlainForm } from "./plain-form.tsx";
import { PageJson, renderPage, SiteName, type SiteLook } from "./page-shell.tsx";
import type { Language } from "./texts/language.ts";
import { textsOf, type Texts } from "./texts/texts.ts";
import type { Words } from "./upload-page/choosing/limits.ts";
import { kindOfAll } from "./upload-page/choosing/types.ts";
import type { LinkFacts, PageData } from "./upload-page/page-data.ts";

export type UploadPageInfo = LinkFacts & {
  site: SiteLook;
  language: Language;
  /** The reader's language tags, best first: dates and numbers are written as their region does. */
  liked: readonly string[];
  /** ready: files can be sent, or what was begun be finished. Otherwise only a sentence is shown. */
  state: "ready" | "used" | "expired" | "revoked" | "invalid";
  /** Plain text. */
  title: string;
  /** Sanitized HTML: put into the page as it is. */
  descriptionHtml: string;
};

/** The whole HTML document of /upload/<upload_token>. */
export function renderUploadPage(info: UploadPageInfo): string {
  const { site, language, state } = info;
  const texts = textsOf(language).upload;
  const words = { texts, locale: createLocale(language, info.liked) };
  const ready = state === "ready";
  const title = (ready && headingOf(info, words)) || texts.title;
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
    <main class="upload">
      <SiteName site={site} />
      {ready ? <Ready info={info} words={words} /> : <Refusal state={state} texts={texts} />}
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

/** The title of the link; where it has none, who asks and what for. */
function headingOf(info: UploadPageInfo, words: Words): string {
  return info.title.trim() || describeSender(info, words) || words.texts.title;
}

function describeSender({ sender, types }: UploadPageInfo, { texts, locale }: Words): string {
  return sender === "" ? "" : locale.say(texts.asks[kindOfAll(types)], { sender });
}

function Ready({ info, words }: { info: UploadPageInfo; words: Words }): VNode {
  const heading = headingOf(info, words);
  const asks = describeSender(info, words);
  return (
    <>
      <h1 dir="auto">{heading}</h1>
      {asks !== "" && asks !== heading && (
        <p class="sender" dir="auto">
          <span class="initial" aria-hidden="true">
            {[...info.sender][0]?.toLocaleUpperCase(info.language)}
          </span>
          {asks}
        </p>
      )}
      {info.descriptionHtml !== "" && (
        <div
          class="description"
          dir="auto"
          dangerouslySetInnerHTML={{ __html: info.descriptionHtml }}
        />
      )}
      <div id="app" />
      <PlainForm info={info} words={words} />
      <PageJson id="upload-info" data={pageData(info)} />
    </>
  );
}

/** Field by field, so that nothing else of `info` comes into the page. */
function pageData(info: UploadPageInfo): PageData {
  const texts = textsOf(info.language);
  return {
    uploadToken: info.uploadToken,
    uploadGrant: info.uploadGrant,
    state: info.free > 0 ? "open" : "busy",
    maxUploads: info.maxUploads,
    remaining: info.remaining,
    free: info.free,
    validUntil: info.validUntil,
    graceUntil: info.graceUntil,
    now: info.now,
    maxSize: info.maxSize,
    types: info.types,
    ask: info.ask,
    sender: info.sender,
    returns: info.returns,
    thumbnailWorker: `../web-assets/${scriptName("preview-worker")}`,
    language: info.language,
    texts: texts.upload,
    common: texts.common,
  };
}
