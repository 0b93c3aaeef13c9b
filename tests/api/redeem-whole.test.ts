import { describe, expect, test } from "bun:test";
import { mp4, png, textFile } from "../support/media.ts";
import {
  fileForm,
  formOf,
  originalOf,
  photoCount,
  photoIn,
  redeem,
  redeemPath,
  type Part,
} from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";

const site = siteForAll({ REDEEM_MAX_SIZE: "1MiB" });

const file = png(5000);

/** Whether an answer is a photo of exactly these bytes. */
async function expectPhoto(response: Response, bytes = file): Promise<void> {
  expect(await originalOf(site, await photoIn(response))).toEqual(bytes);
}

async function nameOf(token: string): Promise<string> {
  const answer = await site.callWithKey(
    `/api/2/photo/list?include_unpublished_p=1&upload_token=${token}`,
  );
  const { data } = (await answer.json()) as { data: { original_filename: string }[] };
  return data[0]?.original_filename ?? "(none)";
}

describe("a form's fields may come in any order", () => {
  const orders: [string, (token: string) => Part[]][] = [
    [
      "token, file",
      (token) => [
        ["upload_token", token],
        ["file", file],
      ],
    ],
    [
      "file, token",
      (token) => [
        ["file", file],
        ["upload_token", token],
      ],
    ],
    [
      "others before, between and after",
      (token) => [
        ["a", "1"],
        ["upload_token", token],
        ["b", "2"],
        ["file", file],
        ["c", "3"],
      ],
    ],
    [
      "a field that comes twice",
      (token) => [
        ["a", "1"],
        ["a", "2"],
        ["upload_token", token],
        ["file", file],
      ],
    ],
    [
      "a file of another name is no concern",
      (token) => [
        ["thumbnail", textFile(3000), "a.txt"],
        ["upload_token", token],
        ["file", file],
        ["notes", textFile(3000), "b.txt"],
      ],
    ],
    [
      "resumable fields that are empty or 0 make no chunk",
      (token) => [
        ["upload_token", token],
        ["resumableChunkNumber", "0"],
        ["resumableChunkSize", ""],
        ["resumableTotalSize", "5000"],
        ["resumableIdentifier", "x"],
        ["file", file],
      ],
    ],
    [
      "nor do those without an identifier, behind the file",
      (token) => [
        ["upload_token", token],
        ["file", file],
        ["resumableChunkNumber", "2"],
        ["resumableChunkSize", "100"],
        ["resumableTotalSize", "200"],
        ["resumableIdentifier", ""],
      ],
    ],
  ];
  test.each(orders)("%s", async (_what, parts) => {
    const token = await site.token();
    await expectPhoto(await redeem(site, formOf(parts(token))));
    expect(await photoCount(site, token)).toBe(1);
  });

  test("the token may stand in the query", async () => {
    const token = await site.token();
    const form = formOf([["file", file]]);
    await expectPhoto(await redeem(site, form, { query: `upload_token=${token}` }));
  });

  test("but the body's wins", async () => {
    const token = await site.token();
    const other = await site.token();
    const query = `upload_token=${other}`;
    await expectPhoto(await redeem(site, fileForm(token, file), { query }));
    const late = formOf([
      ["file", file],
      ["upload_token", await site.token()],
    ]);
    await expectPhoto(await redeem(site, late, { query }));
    expect(await photoCount(site, other)).toBe(0);
    await expectPhoto(await redeem(site, fileForm(other, file)));
  });

  test("two files are not taken", async () => {
    const token = await site.token();
    const form = formOf([
      ["upload_token", token],
      ["file", file],
      ["file", file],
    ]);
    expect((await redeem(site, form)).status).toBe(400);
    expect(await photoCount(site, token)).toBe(0);
  });
});

describe("methods", () => {
  test.each(["POST", "PUT", "PATCH"])("%s multipart", async (method) => {
    await expectPhoto(await redeem(site, fileForm(await site.token(), file), { method }));
  });

  test.each(["POST", "PUT", "PATCH"])("%s octets, parameters in the query", async (method) => {
    const token = await site.token();
    const response = await redeem(site, file, {
      method,
      query: `upload_token=${token}&resumableFilename=a%20cat.png`,
      headers: { "content-type": "application/octet-stream" },
    });
    await expectPhoto(response);
    expect(await nameOf(token)).toBe("a cat.png");
  });

  test("OPTIONS asks for no token", async () => {
    const response = await site.call(redeemPath(), { method: "OPTIONS" });
    expect(response.status).toBe(204);
    expect(response.headers.get("allow")).toBe("GET, POST, PUT, PATCH, OPTIONS");
  });

  test("DELETE is none", async () => {
    expect((await site.call(redeemPath(), { method: "DELETE" })).status).toBe(404);
  });
});

describe("the file's name", () => {
  test.each([
    ["cat.png", "cat.png"],
    ["C:\\fakepath\\cat.png", "cat.png"],
    ["../../etc/passwd", "passwd"],
    ["/", ""],
    ["Grüße 漢字 😀.png", "Grüße 漢字 😀.png"],
    ["a\u0000b\u202ec.png", "abc.png"],
  ])("%p is kept as %p", async (told, kept) => {
    const token = await site.token();
    await expectPhoto(
      await redeem(site, fileForm(token, file, "part.png", { resumableFilename: told })),
    );
    expect(await nameOf(token)).toBe(kept);
  });

  test("without resumableFilename it is the part's", async () => {
    const token = await site.token();
    await expectPhoto(await redeem(site, fileForm(token, file, "Grüße.png")));
    expect(await nameOf(token)).toBe("Grüße.png");
  });
});

describe("what is no file, or no body", () => {
  test("no file: an error in the token's own way", async () => {
    const token = await site.token();
    const v2 = await redeem(site, formOf([["upload_token", token]]));
    expect(v2.status).toBe(400);
    expect(await v2.json()).toMatchObject({ status: "error", code: "no_file" });
    const v1 = await redeem(site, formOf([["upload_token", token]]), { version: 1 });
    expect(v1.status).toBe(200);
    expect(await v1.text()).toContain('code="no_file"');
    await expectPhoto(await redeem(site, fileForm(token, file)));
  });

  test("an empty file", async () => {
    const token = await site.token();
    const response = await redeem(site, fileForm(token, new Uint8Array()));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ message: "The file is empty." });
    expect(await photoCount(site, token)).toBe(0);
  });

  test("a field `file` that is text is no file", async () => {
    const form = formOf([
      ["upload_token", await site.token()],
      ["file", "text"],
    ]);
    expect((await redeem(site, form)).status).toBe(400);
  });

  test.each([
    ["JSON", "{}", "application/json"],
    ["text", "file", "text/plain"],
    ["multipart without a boundary", "--x--", "multipart/form-data"],
    [
      "multipart that is cut",
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb',
      "multipart/form-data; boundary=x",
    ],
    ["multipart that is none", "hello", "multipart/form-data; boundary=x"],
  ])("%s is 400 text/plain", async (_what, body, type) => {
    const response = await redeem(site, body, { headers: { "content-type": type } });
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toStartWith("text/plain");
  });

  test("too many fields are 400", async () => {
    const parts = Array.from({ length: 1100 }, (_, index): Part => [`f${index}`, "x"]);
    const form = formOf([["upload_token", await site.token()], ...parts, ["file", file]]);
    expect((await redeem(site, form)).status).toBe(400);
  });
});

describe("too large", () => {
  test("for the server: 413, and the use is free again", async () => {
    const token = await site.token();
    const response = await redeem(site, fileForm(token, png(1024 ** 2 + 1)));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ status: "error", code: "file_too_large" });
    await expectPhoto(await redeem(site, fileForm(token, file)));
  });

  test("exactly the limit is taken", async () => {
    const bytes = png(1024 ** 2);
    await expectPhoto(await redeem(site, fileForm(await site.token(), bytes)), bytes);
  });

  test("for the token, also with the token behind the file", async () => {
    const token = await site.token({ max_size: 4999 });
    const before = await redeem(site, fileForm(token, file));
    expect(before.status).toBe(413);
    expect(((await before.json()) as { message: string }).message).toContain("4999 bytes");
    const behind = formOf([
      ["file", file],
      ["upload_token", token],
    ]);
    expect((await redeem(site, behind)).status).toBe(413);
    await expectPhoto(await redeem(site, fileForm(token, png(4999))), png(4999));
  });

  test("as octets", async () => {
    const response = await redeem(site, png(1024 ** 2 + 1), {
      query: `upload_token=${await site.token()}`,
      headers: { "content-type": "application/octet-stream" },
    });
    expect(response.status).toBe(413);
  });
});

test("a video is a photo too", async () => {
  const bytes = mp4(3000);
  await expectPhoto(await redeem(site, fileForm(await site.token(), bytes, "v.mp4")), bytes);
});

test("two whole files of one name are two photos", async () => {
  const token = await site.token({ max_uploads: 2 });
  const one = await photoIn(await redeem(site, fileForm(token, file)));
  const two = await photoIn(await redeem(site, fileForm(token, file)));
  expect(two.photo_id).not.toBe(one.photo_id);
  expect(two.token).not.toBe(one.token);
});
