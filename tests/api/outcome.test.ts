import { describe, expect, test } from "bun:test";
import { pieces, type Plan } from "../support/chunks.ts";
import { png, textFile } from "../support/media.ts";
import { fileForm, redeem, sendChunk, type PhotoIds } from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";

const site = siteForAll({ REDEEM_PUBLIC_URL: "http://photos.example:8080" });

/** Nobody listens there: background callbacks stay recorded. */
const RETURN = "http://127.0.0.1:9/done";
const NOT_SUPPORTED = /^The file type is not supported: this is not a photo or video\./;

const good = (token: string) => fileForm(token, png(300));
const bad = (token: string) => fileForm(token, textFile(300), "notes.txt");

function expectIds(ids: PhotoIds | undefined): void {
  expect(Number(ids?.photo_id)).toBeGreaterThan(0);
  expect(Number(ids?.tree_id)).toBeGreaterThan(0);
  expect(ids?.token).toMatch(/^[0-9A-Za-z]{32}$/);
}

/** Where a 301 leads, as name and value pairs. */
function addressOf(response: Response): URL {
  expect(response.status).toBe(301);
  expect(response.headers.get("cache-control")).toBe("no-store");
  return new URL(response.headers.get("location") ?? "");
}

describe.each([1, 2] as const)("v%d, return_url in the foreground", (version) => {
  test("success: 301 to the callback address", async () => {
    const token = await site.token({ return_url: RETURN });
    const response = await redeem(site, good(token), { version });
    const url = addressOf(response);
    expect(url.origin + url.pathname).toBe(RETURN);
    expect([...url.searchParams.keys()]).toEqual([
      "domain",
      "upload_token",
      "photo_id",
      "tree_id",
      "token",
    ]);
    const fields = Object.fromEntries(url.searchParams);
    expect(fields).toMatchObject({ domain: "photos.example", upload_token: token });
    expectIds(fields as unknown as PhotoIds);
  });

  test("failure: 301 with error_message", async () => {
    const token = await site.token({ return_url: RETURN });
    const url = addressOf(await redeem(site, bad(token), { version }));
    expect([...url.searchParams.keys()]).toEqual(["domain", "upload_token", "error_message"]);
    expect(url.searchParams.get("error_message")).toMatch(NOT_SUPPORTED);
  });

  test("no file and an empty file: the same", async () => {
    const token = await site.token({ return_url: RETURN });
    const empty = addressOf(await redeem(site, fileForm(token, new Uint8Array()), { version }));
    expect(empty.searchParams.get("error_message")).toBe("The file is empty.");
    const form = new FormData();
    form.append("upload_token", token);
    const none = addressOf(await redeem(site, form, { version }));
    expect(none.searchParams.get("error_message")).toStartWith("The file is missing");
  });

  test("format=json changes nothing: it is a redirect", async () => {
    const token = await site.token({ return_url: RETURN });
    const response = await redeem(site, good(token), { version, query: "format=json&raw=1" });
    expect(addressOf(response).searchParams.has("format")).toBe(false);
  });
});

describe.each([1, 2] as const)("v%d, return_url in the background", (version) => {
  const parameters = { return_url: RETURN, background_return_p: 1 };

  test("success: 200 and the ok line", async () => {
    const token = await site.token(parameters);
    const response = await redeem(site, good(token), { version });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toStartWith("text/plain");
    expect(response.headers.get("location")).toBeNull();
    const line = /^ok (\S+) (\d+) (\d+) ([0-9A-Za-z]{32}) (\S+)$/.exec(await response.text());
    const [, domain, tree, photo, secret, address = ""] = line ?? [];
    expect(domain).toBe("photos.example");
    expect(Object.fromEntries(new URL(address).searchParams)).toEqual({
      domain: "photos.example",
      upload_token: token,
      photo_id: photo ?? "",
      tree_id: tree ?? "",
      token: secret ?? "",
    });
  });

  test("failure: 200 and the error line", async () => {
    const response = await redeem(site, bad(await site.token(parameters)), { version });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toStartWith("text/plain");
    const text = await response.text();
    expect(text).toStartWith("error ");
    expect(text.slice(6)).toMatch(NOT_SUPPORTED);
    expect(text).not.toContain("\n");
  });
});

describe("without a return_url", () => {
  test("v1 success: 200 XML", async () => {
    const response = await redeem(site, good(await site.token()), { version: 1 });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toStartWith("application/xml");
    expect(await response.text()).toMatch(
      /<response status="ok" permission_level="anonymous" message="The file was successfully uploaded" cached="0"><photo_id>\d+<\/photo_id><tree_id>\d+<\/tree_id><token>[0-9A-Za-z]{32}<\/token><\/response>/,
    );
  });

  test("v1 success with format=json: the object under `upload`", async () => {
    const token = await site.token();
    const form = fileForm(token, png(300), "a.png", { format: "json", raw: "1" });
    const response = await redeem(site, form, { version: 1 });
    expect(response.status).toBe(200);
    const { upload, ...head } = (await response.json()) as { upload: PhotoIds };
    expectIds(upload);
    expect(upload.photo_id).toBeString();
    expect(head).toMatchObject({
      status: "ok",
      message: "The file was successfully uploaded",
      permission_level: "anonymous",
      cached: "0",
      endpoint: "/api/photo/redeem-upload-token",
    });
  });

  test("v2 success: 200 JSON, in data and at the top", async () => {
    const response = await redeem(site, good(await site.token()));
    expect(response.status).toBe(200);
    const whole = (await response.json()) as PhotoIds & { data: PhotoIds };
    expectIds(whole.data);
    const { data } = whole;
    expect<unknown>(whole).toEqual({
      status: "ok",
      permission_level: "anonymous",
      cached: false,
      message: "The file was successfully uploaded",
      data,
      ...data,
    });
    expect(data.photo_id).toBeNumber();
  });

  test("v1 failure: 200 error envelope, XML and JSON", async () => {
    const token = await site.token();
    const xml = await redeem(site, bad(token), { version: 1 });
    expect(xml.status).toBe(200);
    expect(await xml.text()).toMatch(
      /<response status="error" permission_level="anonymous" code="file_not_supported" message="The file type is not supported[^"]*"\/>/,
    );
    const json = await redeem(site, bad(token), { version: 1, query: "format=json&raw=1" });
    expect(json.status).toBe(200);
    expect(await json.json()).toMatchObject({ status: "error", code: "file_not_supported" });
  });

  test("v2 failure: error envelope with its status", async () => {
    const response = await redeem(site, bad(await site.token()));
    expect(response.status).toBe(415);
    expect(await response.json()).toEqual({
      status: "error",
      permission_level: "anonymous",
      code: "file_not_supported",
      message: expect.stringMatching(NOT_SUPPORTED),
    });
  });

  test("background_return_p alone is no return", async () => {
    const token = await site.token({ background_return_p: 1 });
    expect(((await (await redeem(site, good(token))).json()) as PhotoIds).photo_id).toBeNumber();
  });

  test("a style that cannot be answered makes no photo", async () => {
    const token = await site.token();
    const form = fileForm(token, png(300), "a.png", { callback: "alert(1)" });
    const refused = await redeem(site, form, { version: 1 });
    expect(refused.status).toBe(400);
    expect((await redeem(site, good(token))).status).toBe(200);
  });
});

describe("the chunk that completes a file has the outcome", () => {
  const plan: Plan = { identifier: "i", filename: "a.png", chunkSize: 100, totalSize: 300 };
  const file = png(300);

  async function last(token: string): Promise<Response> {
    const answers: Response[] = [];
    for (const piece of pieces(plan)) {
      answers.push(await sendChunk(site, token, plan, piece, file));
    }
    expect(await answers[0]?.text()).toBe("ok");
    return answers.at(-1) as Response;
  }

  test("a redirect, and again the same redirect", async () => {
    const token = await site.token({ return_url: RETURN });
    const first = addressOf(await last(token)).href;
    expect(addressOf(await last2(token)).href).toBe(first);
  });

  test("the ok line, and again the same", async () => {
    const token = await site.token({ return_url: RETURN, background_return_p: 1 });
    const line = await (await last(token)).text();
    expect(line).toStartWith("ok photos.example ");
    expect(await (await last2(token)).text()).toBe(line);
  });

  async function last2(token: string): Promise<Response> {
    return sendChunk(site, token, plan, { number: 3, start: 200, end: 300 }, file);
  }
});
