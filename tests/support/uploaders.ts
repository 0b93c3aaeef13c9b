import type { Page } from "playwright-core";

/** Uploaders beside Resumable.js whose packages are installed for the tests. */
export type Uploader = "flow" | "dropzone" | "jquery";

/** The scripts that a page needs for each (tests/support/pages.ts). */
export const SCRIPTS: Record<Uploader, string> = {
  flow: "script=flow",
  dropzone: "script=dropzone",
  jquery: "script=jquery&script=jquery.ui.widget&script=jquery.fileupload",
};

/** How the upload ended, and what the server's last answer was. */
export type Outcome = { event: "success" | "error" | "until"; message: string };

/** What a page is given: the file in base64, and how to send it. */
export type Sent = {
  bytes: string;
  name: string;
  target: string;
  token: string;
  options: Record<string, unknown>;
  /** Ends when so many bytes have been sent, and leaves the rest. */
  until: number | undefined;
  /** Of a chunk, in bytes. */
  size: number;
};

/** Uploads a file from a page that has the uploader's scripts, as its documentation says. */
export function uploadBy(page: Page, uploader: Uploader, sent: Sent): Promise<Outcome> {
  if (uploader === "flow") return page.evaluate(byFlow, sent);
  if (uploader === "dropzone") return page.evaluate(byDropzone, sent);
  return page.evaluate(byJquery, sent);
}

// What follows runs in the page, and sees nothing of this file.

/* oxlint-disable typescript/no-explicit-any */

function byFlow({ bytes, name, target, token, options, until, size }: Sent): Promise<Outcome> {
  const binary = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  const file = new File([binary], name, { type: "video/mp4", lastModified: 1 });
  const Flow = (globalThis as any).Flow;
  const query = { upload_token: token };
  const flow = new Flow({ target, query, chunkSize: size, chunkRetryInterval: 50, ...options });
  return new Promise((resolve) => {
    flow.on("fileSuccess", (_file: unknown, message: string) =>
      resolve({ event: "success", message }),
    );
    flow.on("fileError", (_file: unknown, message: string) => resolve({ event: "error", message }));
    flow.on("fileProgress", (sending: any) => {
      if (until !== undefined && sending.sizeUploaded() >= until) {
        resolve({ event: "until", message: "" });
      }
    });
    flow.on("filesSubmitted", () => flow.upload());
    flow.addFile(file);
  });
}

function byDropzone({ bytes, name, target, token, options, until, size }: Sent): Promise<Outcome> {
  const binary = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  const file = new File([binary], name, { type: "video/mp4", lastModified: 1 });
  const Dropzone = (globalThis as any).Dropzone;
  const dropzone = new Dropzone(document.createElement("div"), {
    url: options["tokenInUrl"] ? `${target}?upload_token=${token}` : target,
    chunking: true,
    chunkSize: size,
    ...options,
  });
  return new Promise((resolve) => {
    dropzone.on("sending", (_file: unknown, _xhr: unknown, form: FormData) => {
      if (!options["tokenInUrl"]) form.append("upload_token", token);
    });
    dropzone.on("success", (sent: any) => {
      resolve({ event: "success", message: sent.xhr.responseText });
    });
    dropzone.on("error", (_file: unknown, message: unknown) => {
      resolve({ event: "error", message: String(message) });
    });
    dropzone.on("uploadprogress", (_file: unknown, _percent: number, loaded: number) => {
      if (until !== undefined && loaded >= until) resolve({ event: "until", message: "" });
    });
    dropzone.addFile(file);
  });
}

function byJquery({ bytes, name, target, token, options, until, size }: Sent): Promise<Outcome> {
  const binary = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  const file = new File([binary], name, { type: "video/mp4", lastModified: 1 });
  const $ = (globalThis as any).jQuery;
  const octet = options["multipart"] === false;
  const input = $("<input type=file>").fileupload({
    url: octet ? `${target}?upload_token=${token}` : target,
    type: "POST",
    paramName: "file",
    formData: { upload_token: token },
    maxChunkSize: size,
    ...options,
  });
  return new Promise((resolve) => {
    input.on("fileuploaddone", (_event: unknown, data: any) => {
      resolve({ event: "success", message: data.jqXHR.responseText });
    });
    input.on("fileuploadfail", (_event: unknown, data: any) => {
      resolve({ event: "error", message: data.jqXHR.responseText });
    });
    input.on("fileuploadchunkdone", (_event: unknown, data: any) => {
      if (until !== undefined && data.loaded >= until) resolve({ event: "until", message: "" });
    });
    input.fileupload("add", { files: [file] });
  });
}

/* oxlint-enable typescript/no-explicit-any */
