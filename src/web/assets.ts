import { bundleClient } from "./bundle-client.ts" with { type: "macro" };
import base from "./kit/base.css" with { type: "text" };
import parts from "./kit/parts.css" with { type: "text" };
import tokens from "./kit/tokens.css" with { type: "text" };
import archivePage from "./archive-page.css" with { type: "text" };
import signInPage from "./sign-in-page.css" with { type: "text" };
import archiveRooms from "./archive-rooms.css" with { type: "text" };
import archivePhotos from "./archive-photos.css" with { type: "text" };
import uploadPage from "./upload-page.css" with { type: "text" };

/** `type` is the Content-Type. */
export type WebAsset = { body: string | Blob; type: string };

const kit = tokens + base + parts;

const scripts = {
  "upload-page": bundleClient("upload-page/main.tsx"),
  "preview-worker": bundleClient("upload-page/previews/worker.ts"),
  "archive-page": bundleClient("archive-page/main.tsx"),
};

const styles = {
  page: kit,
  "upload-page": kit + uploadPage,
  "archive-page": kit + archivePage + archivePhotos + archiveRooms,
  "sign-in-page": kit + signInPage,
};

// Named by their content, so that they may be cached for good and still never be the wrong ones.
const named = (name: string, body: string, ending: string) =>
  `${name}.${Bun.hash(body).toString(36)}.${ending}`;

/** The file name of a page's script below `/web-assets/`. */
export function scriptName(page: keyof typeof scripts): string {
  return named(page, scripts[page], "js");
}

/** The file name of a page's style sheet below `/web-assets/`. */
export function stylesName(page: keyof typeof styles): string {
  return named(page, styles[page], "css");
}

const keys = <Name extends string>(record: Record<Name, string>) => Object.keys(record) as Name[];

/** Name -> what is served at /web-assets/<name>. A name's content never changes. */
export const webAssets: ReadonlyMap<string, WebAsset> = new Map([
  ...keys(scripts).map((page): [string, WebAsset] => [
    scriptName(page),
    { body: scripts[page], type: "text/javascript; charset=utf-8" },
  ]),
  ...keys(styles).map((page): [string, WebAsset] => [
    stylesName(page),
    { body: styles[page], type: "text/css; charset=utf-8" },
  ]),
]);
