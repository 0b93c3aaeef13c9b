import { describe, expect, test } from "bun:test";
import { chunkFields } from "../support/chunks.ts";
import { siteForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { fileForm, formOf, photoCount, redeem, type Part } from "../support/redeem.ts";
import { startReceiver } from "../support/receiver.ts";

/**
 * Issue 8, 3.14: two files, none, and a form whose file was not chosen are told what to do, where and how the
 * upload token and the request want it (protocol 4.3).
 */

const site = siteForAll();
const file = png(500);
const empty = new Uint8Array();

type Sent = { body: BodyInit; type?: string };

const part = (head: string, value = "") =>
  `--x\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;

/** What browsers send of `<input type="file" name="file">` that nobody has touched. FormData would name it "blob". */
const UNCHOSEN = part('name="file"; filename=""\r\nContent-Type: application/octet-stream');

const written = (token: string, ...parts: string[]) => ({
  body: `${part('name="upload_token"', token)}${parts.join("")}--x--\r\n`,
  type: "multipart/form-data; boundary=x",
});

const WRONG: [what: string, code: string, message: string, form: (token: string) => Sent][] = [
  [
    "two files",
    "invalid_input",
    "There is more than one file in the form: send one file with a request.",
    (token) => ({
      body: formOf([
        ["upload_token", token],
        ["file", file],
        ["file", png(600)],
      ]),
    }),
  ],
  [
    "two files, and everything else behind them",
    "invalid_input",
    "There is more than one file in the form: send one file with a request.",
    (token) => ({
      body: formOf([
        ["file", file],
        ["file", png(600)],
        ["upload_token", token],
      ]),
    }),
  ],
  [
    "no file",
    "no_file",
    "The file is missing: send it in the field 'file'.",
    (token) => ({ body: formOf([["upload_token", token]]) }),
  ],
  [
    "a form without a chosen file",
    "no_file",
    "No file was chosen: choose one, and send the form again.",
    (token) => written(token, UNCHOSEN),
  ],
  [
    "the file's name instead of it",
    "no_file",
    "The field 'file' holds text, not a file: an HTML form needs enctype='multipart/form-data', curl an @ before the file's name.",
    (token) => ({ body: new URLSearchParams({ upload_token: token, file: "photo.jpg" }) }),
  ],
  ["an empty file", "no_file", "The file is empty.", (token) => ({ body: fileForm(token, empty) })],
];

describe.each([1, 2] as const)("v%d", (version) => {
  describe.each(WRONG)("%s", (_what, code, message, form) => {
    const send = (token: string, query = "") => {
      const { body, type } = form(token);
      const headers: Record<string, string> = type ? { "content-type": type } : {};
      return redeem(site, body, { version, query, headers });
    };

    test("without a return: an envelope, in the format that was asked for", async () => {
      const token = await site.token();
      const answer = await send(token);
      expect(answer.status).toBe(version === 1 ? 200 : 400);
      const text = (await answer.text()).replaceAll("&apos;", "'");
      if (version === 1) {
        expect(text).toContain(`<response status="error"`);
        expect(text).toContain(`code="${code}" message="${message}"`);
      } else {
        expect(JSON.parse(text)).toMatchObject({ status: "error", code, message });
      }
      const json = await (await send(token, "format=json&raw=1")).text();
      expect(JSON.parse(json)).toMatchObject({ status: "error", code, message });
      const wrapped = await (await send(token, "format=json&callback=done")).text();
      expect(wrapped).toMatch(/^(\/\*\*\/)?done\(\{"status":"error"/);
      // The use of the token is free again.
      expect(await photoCount(site, token)).toBe(0);
      expect((await redeem(site, fileForm(token, file))).status).toBe(200);
    });

    test("with a return: a redirect", async () => {
      const answer = await send(await site.token({ return_url: "https://shop.example/done" }));
      expect(answer.status).toBe(301);
      const back = new URL(answer.headers.get("location") ?? "");
      expect(back.searchParams.get("error_message")).toBe(message);
    });

    test("with a background return: a line, and the callback", async () => {
      const receiver = startReceiver();
      const wish = { return_url: `${receiver.url}/done`, background_return_p: 1 };
      const answer = await send(await site.token(wish));
      expect([answer.status, await answer.text()]).toEqual([200, `error ${message}`]);
      const [told] = await receiver.got(1);
      expect(told?.url.searchParams.get("error_message")).toBe(message);
      await receiver.stop();
    });

    test("without a good upload token: 404", async () => {
      const answer = await send("x".repeat(64));
      expect([answer.status, await answer.text()]).toEqual([404, "The upload token is invalid."]);
    });
  });

  describe("a chunk", () => {
    const plan = { identifier: "a", totalSize: 1000, chunkSize: 500, filename: "a.png" };
    const words: Part[] = chunkFields(plan, 1);

    test.each([
      [
        "with two files",
        "There is more than one file in the form: send one file with a request.",
        (token: string): Part[] => [
          ...words,
          ["upload_token", token],
          ["file", file],
          ["file", file],
        ],
      ],
      [
        "with two files before its words",
        "There is more than one file in the form: send one file with a request.",
        (token: string): Part[] => [
          ["file", file],
          ["file", file],
          ...words,
          ["upload_token", token],
        ],
      ],
      [
        "without a file",
        "The file is missing: send it in the field 'file'.",
        (token: string): Part[] => [...words, ["upload_token", token]],
      ],
      [
        "with text for a file",
        "The field 'file' holds text, not a file: an HTML form needs enctype='multipart/form-data', curl an @ before the file's name.",
        (token: string): Part[] => [...words, ["upload_token", token], ["file", "a.png"]],
      ],
    ])("%s is 400 text/plain, and may be sent again", async (_what, message, parts) => {
      const token = await site.token({ return_url: "https://shop.example/done" });
      for (const query of ["", "format=json"]) {
        const answer = await redeem(site, formOf(parts(token)), { version, query });
        expect(answer.headers.get("content-type")).toStartWith("text/plain");
        expect([answer.status, await answer.text()]).toEqual([400, message]);
      }
      const good = formOf([...words, ["upload_token", token], ["file", file]]);
      expect(await (await redeem(site, good, { version })).text()).toBe("ok");
    });
  });
});

test("of several places for a file those that were left empty are passed over", async () => {
  const text = "no photo, but a file";
  for (const filename of ["a.txt", ""]) {
    const chosen = part(`name="file"; filename="${filename}"`, text);
    for (const parts of [
      [UNCHOSEN, UNCHOSEN, chosen],
      [chosen, UNCHOSEN],
    ]) {
      const { body, type } = written(await site.token(), ...parts);
      const answer = await redeem(site, body, { headers: { "content-type": type } });
      expect(await answer.json()).toMatchObject({ code: "file_not_supported" });
    }
  }
});
