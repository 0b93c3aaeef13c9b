import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page, Request } from "playwright-core";
import { browserForAll } from "../support/browsers.ts";
import { serverForAll } from "../support/lifetime.ts";
import { mp4, png } from "../support/media.ts";
import { photosOf, sha256, storedHash } from "../support/over-http.ts";
import { startPages, type PageServer } from "../support/pages.ts";
import { API_KEY } from "../support/site.ts";
import { SCRIPTS, uploadBy, type Uploader } from "../support/uploaders.ts";

/**
 * Uploaders in a real browser, on a page of another origin, with all that such a page does: it says what the file is while it
 * is sent, takes the photo back, and sends new bytes for one (protocol 5, 6, 7).
 */

const server = serverForAll();
const browser = browserForAll("chromium");
let pages: PageServer;
let page: Page;

const MIB = 1024 * 1024;
const NAME = "clip.mp4";
const FILE = mp4(3 * MIB + 500, 1);
const NEW = mp4(3 * MIB + 900, 2);

beforeAll(() => {
  const form = `
    <form method="post" enctype="multipart/form-data" action="${server.url}/api/photo/redeem-replace-token">
      <input type="hidden" name="replace_token"><input type="file" name="file"><button>Send</button>
    </form>`;
  pages = startPages({ "/form": form });
});
afterAll(() => pages?.stop());

async function openPage(path: string): Promise<void> {
  ({ page } = await browser.open(pages.url + path, { allowed: [server.url] }));
}

/** The page calls a method with a form, and reads the answer: no credential but what is in it. */
function fromPage(method: string, fields: Record<string, string>) {
  const given = { url: `${server.url}/api/2/photo/${method}`, fields };
  return page.evaluate(async ({ url, fields: said }) => {
    const response = await fetch(url, { method: "POST", body: new URLSearchParams(said) });
    return (await response.json()) as { status: string; message: string };
  }, given);
}

type Listed = { photo_id: number; title: string; tags: string; tree_id: number; token: string };

async function listed(query: Record<string, string>): Promise<Listed[]> {
  const all = new URLSearchParams({ include_unpublished_p: "1", ...query });
  const answer = await fetch(`${server.url}/api/2/photo/list?${all}`, {
    headers: { authorization: `Bearer ${API_KEY}` },
  });
  return ((await answer.json()) as { data: Listed[] }).data;
}

async function replaceToken(id: number, more: Record<string, string> = {}): Promise<string> {
  const query = new URLSearchParams({ photo_id: String(id), ...more });
  const answer = await fetch(`${server.url}/api/2/photo/get-replace-token?${query}`, {
    headers: { authorization: `Bearer ${API_KEY}` },
  });
  return ((await answer.json()) as { data: { replace_token: string } }).data.replace_token;
}

/** By what an uploader names its file, as a request of its own says it; jQuery File Upload has a name alone. */
function named(request: Request): Record<string, string> {
  const body = request.postDataBuffer()?.toString("latin1") ?? "";
  const found = /name="(resumableIdentifier|flowIdentifier|dzuuid)"\r\n\r\n([^\r]*)\r\n/.exec(body);
  return found?.[1] ? { [found[1]]: found[2] ?? "" } : { filename: NAME };
}

type Sending = { method: string; token: string; file: Uint8Array };

/** Uploads from the page. The last of Resumable.js's or another uploader's answers is returned. */
function send(uploader: Uploader | "resumable", { method, token, file }: Sending): Promise<string> {
  const target = `${server.url}/api/2/photo/${method}`;
  const bytes = Buffer.from(file).toString("base64");
  if (uploader === "resumable")
    return page.evaluate(byResumable, { bytes, target, token, name: NAME });
  const sent = { bytes, name: NAME, target, token, options: {}, until: undefined, size: MIB };
  return uploadBy(page, uploader, sent).then(({ event, message }) => {
    expect([event, message]).toEqual(["success", message]);
    return message;
  });
}

/** What the journey needs of the page's Resumable.js. */
type Uploading = {
  on(event: string, told: (file: unknown, message: string) => void): void;
  upload(): void;
  addFile(file: File): void;
};

/** Runs in the page. */
function byResumable({ bytes, target, token, name }: Record<string, string>): Promise<string> {
  const binary = Uint8Array.from(atob(bytes ?? ""), (letter) => letter.charCodeAt(0));
  const query = target?.includes("replace") ? { replace_token: token } : { upload_token: token };
  const { Resumable } = globalThis as unknown as {
    Resumable: new (options: object) => Uploading;
  };
  const resumable = new Resumable({ target, query, chunkSize: 1024 * 1024, maxChunkRetries: 3 });
  return new Promise((resolve, reject) => {
    resumable.on("fileSuccess", (_file, message) => resolve(message));
    resumable.on("fileError", (_file, message) => reject(new Error(message)));
    resumable.on("fileAdded", () => resumable.upload());
    resumable.addFile(new File([binary], name ?? "", { type: "video/mp4", lastModified: 1 }));
  });
}

const SCRIPT = { resumable: "resumable=1.1.0", ...SCRIPTS };

describe.each(["resumable", "flow", "dropzone", "jquery"] as const)("%s", (uploader) => {
  test("the page says what the file is while it is sent, and takes the photo back", async () => {
    await openPage(`/?${SCRIPT[uploader]}`);
    const token = await server.token({ title: "As the backend has it", max_uploads: 2 });
    // Before its second chunk goes on, the first one is there and the file is under way.
    let posts = 0;
    const said: unknown[] = [];
    await page.route("**/redeem-upload-token**", async (route) => {
      if (route.request().method() === "POST") posts += 1;
      if (posts === 2 && said.length === 0) {
        said.push(
          await fromPage("update-upload-token", {
            upload_token: token,
            title: "As the page has it",
            tags: 'page "under way"',
            ...named(route.request()),
          }),
        );
      }
      await route.continue();
    });
    const answer = await send(uploader, { method: "redeem-upload-token", token, file: FILE });
    expect(said).toMatchObject([{ status: "ok", message: "The token information was updated" }]);
    const { photo_id: id } = JSON.parse(answer) as { photo_id: number };
    expect(await listed({ upload_token: token })).toMatchObject([
      { photo_id: id, title: "As the page has it", tags: 'page "under way"' },
    ]);
    expect(await storedHash(server, { id })).toBe(sha256(FILE));

    // Of the other file of the token nothing was said.
    const wrong = await fromPage("delete-upload-token", {
      upload_token: "x".repeat(64),
      photo_id: String(id),
    });
    expect(wrong.status).toBe("error");
    const deleted = await fromPage("delete-upload-token", {
      upload_token: token,
      photo_id: String(id),
    });
    expect(deleted).toMatchObject({ status: "ok", message: "The photo/video was deleted" });
    expect(await listed({ upload_token: token })).toEqual([]);
  });
});

test("a replace token is redeemed by Resumable.js: the photo has the new bytes under its old address", async () => {
  await openPage("/?resumable=1.1.0");
  const token = await server.token({ title: "To be replaced" });
  const made = await send("resumable", { method: "redeem-upload-token", token, file: FILE });
  const { photo_id: id } = JSON.parse(made) as { photo_id: number };
  const [before] = await listed({ photo_id: String(id) });
  const replacing = await replaceToken(id);
  const replaced = await send("resumable", {
    method: "redeem-replace-token",
    token: replacing,
    file: NEW,
  });
  expect(JSON.parse(replaced)).toMatchObject({ status: "ok", photo_id: id, token: before?.token });
  expect(await storedHash(server, { id })).toBe(sha256(NEW));
  expect(await listed({ photo_id: String(id) })).toMatchObject([
    { title: "To be replaced", token: before?.token },
  ]);
});

test("a replace token is redeemed by an HTML form, which lands on return_url", async () => {
  await openPage("/?resumable=1.1.0");
  const token = await server.token();
  const made = await send("resumable", { method: "redeem-upload-token", token, file: FILE });
  const { photo_id: id } = JSON.parse(made) as { photo_id: number };
  const photos = photosOf(server).length;
  const replacing = await replaceToken(id, { return_url: `${pages.url}/back?a=1` });
  const picture = png(50_000);
  await page.goto(`${pages.url}/form`);
  await page.setInputFiles("input[type=file]", {
    name: "new.png",
    mimeType: "image/png",
    buffer: Buffer.from(picture),
  });
  await page.evaluate((given) => {
    const field = document.querySelector<HTMLInputElement>("input[type=hidden]");
    if (field) field.value = given;
  }, replacing);
  await page.getByRole("button", { name: "Send" }).click();
  await page.waitForURL(`${pages.url}/back**`);
  const back = new URL(page.url()).searchParams;
  expect([back.get("a"), back.get("photo_id"), back.get("replace_token")]).toEqual([
    "1",
    String(id),
    replacing,
  ]);
  expect(await storedHash(server, { id })).toBe(sha256(picture));
  expect(photosOf(server)).toHaveLength(photos);
});
