import { bundleClient } from "./bundle-client.ts" with { type: "macro" };
import pageStyles from "./page.css" with { type: "text" };
import uploadStyles from "./upload-page.css" with { type: "text" };
import { describeLimits } from "./upload-page/limits.ts";
import { apiTarget, type PageData } from "./upload-page/page-data.ts";
import { acceptAttribute } from "./upload-page/types.ts";

export type UploadPageInfo = {
  siteName: string;
  uploadToken: string;
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

/** `type` is the Content-Type. */
export type WebAsset = { body: string | Blob; type: string };

const script: string = bundleClient();
const styles = pageStyles + uploadStyles;
// Named by their content, so that they may be cached for good and still never be the wrong ones.
const scriptName = `upload-page.${Bun.hash(script).toString(36)}.js`;
export const stylesName = `upload-page.${Bun.hash(styles).toString(36)}.css`;

/** Name -> what is served at /upload-assets/<name>. A name's content never changes. */
export const uploadPageAssets: Readonly<Record<string, WebAsset>> = {
  [scriptName]: { body: script, type: "text/javascript; charset=utf-8" },
  [stylesName]: { body: styles, type: "text/css; charset=utf-8" },
};

const refusals = {
  used: ["This upload link has already been used.", "Everything it was meant for has been sent."],
  expired: ["This upload link has expired.", "Ask for a new one where you got it."],
  invalid: ["This upload link is not valid.", "Check that the address is complete."],
} as const;

/** The whole HTML document of /upload/<upload_token>. */
export function renderUploadPage(info: UploadPageInfo): string {
  const ready = info.state === "ready";
  const title = (ready && info.title.trim()) || "Upload";
  // Referrer: the address of this page is a credential, so no other site may learn it. Not
  // "no-referrer", under which the form without script would be sent with "Origin: null".
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="robots" content="noindex" />
    <meta name="referrer" content="strict-origin" />
    <link rel="icon" href="../favicon.ico" />
    <title>${Bun.escapeHTML(title)} – ${Bun.escapeHTML(info.siteName)}</title>
    <link rel="stylesheet" href="../upload-assets/${stylesName}" />
    ${ready ? `<script src="../upload-assets/${scriptName}" defer></script>` : ""}
  </head>
  <body>
    <main>
      ${info.siteName ? `<p class="site">${Bun.escapeHTML(info.siteName)}</p>` : ""}
      ${info.state === "ready" ? renderReady(info, title) : renderRefusal(refusals[info.state])}
    </main>
  </body>
</html>
`;
}

function renderRefusal([heading, sentence]: readonly [string, string]): string {
  return `<h1>${heading}</h1>
      <p class="hint">${sentence}</p>`;
}

function renderReady(info: UploadPageInfo, title: string): string {
  const data: PageData = {
    uploadToken: info.uploadToken,
    remainingUploads: info.remainingUploads,
    maxSize: info.maxSize,
    types: info.types,
    returns: info.returns,
  };
  const several = info.remainingUploads !== 1;
  const accept = Bun.escapeHTML(acceptAttribute(info.types));
  const limits = Bun.escapeHTML(describeLimits(info));
  return `<h1 dir="auto">${Bun.escapeHTML(title)}</h1>
      ${info.descriptionHtml ? `<div class="description" dir="auto">${info.descriptionHtml}</div>` : ""}
      <div id="app" hidden>
        <ul id="unfinished" aria-label="Files you had started" hidden></ul>
        <section id="ending" aria-labelledby="ending-heading" hidden>
          <h2 id="ending-heading"></h2>
          <p id="ending-sentence"></p>
          <button type="button" id="finish" hidden>Finish</button>
        </section>
        <label id="zone" class="zone">
          <input type="file" id="files" aria-label="Choose files" aria-describedby="limits"
            accept="${accept}"${several ? " multiple" : ""} />
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 15V4M7.5 8.5L12 4l4.5 4.5M4 15v3a2 2 0 0 0 2 2h12a2 2 0 0 0 2-2v-3" /></svg>
          <span class="pick">Choose files</span>
          <span class="drag">or drag ${several ? "them" : "one"} here</span>
          <span class="hint" id="limits">${limits}</span>
        </label>
        <p id="notice" role="alert" hidden></p>
        <ul id="list" aria-label="Files" hidden></ul>
        <div id="announcements" class="unseen" role="status" aria-live="polite"></div>
      </div>
      <noscript>
        <form method="post" enctype="multipart/form-data" action="${apiTarget}">
          <input type="hidden" name="upload_token" value="${Bun.escapeHTML(info.uploadToken)}" />
          <label for="one">Choose a file</label>
          <input type="file" name="file" id="one" required accept="${accept}" aria-describedby="one-limits" />
          <p class="hint" id="one-limits">${limits}</p>
          <button type="submit">Send</button>
        </form>
      </noscript>
      <script type="application/json" id="upload-info">${escapeJson(data)}</script>`;
}

/** JSON that cannot end the script element it stands in. */
function escapeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}
