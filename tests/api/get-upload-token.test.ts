import { describe, expect, test } from "bun:test";
import { formOf } from "../support/redeem.ts";
import { makeAlbums } from "../support/albums.ts";
import { siteForAll } from "../support/lifetime.ts";

const site = siteForAll({ REDEEM_MAX_SIZE: "10MiB", REDEEM_TYPES: "image/*,video/mp4" });

const V1 = "/api/photo/get-upload-token?format=json&raw=1";
const V2 = "/api/2/photo/get-upload-token";

type Answer = { status: string; code?: string; message: string; data?: Record<string, unknown> };

async function ask(parameters: Record<string, string | number>): Promise<Answer> {
  const query = new URLSearchParams(
    Object.entries(parameters).map(([name, value]) => [name, String(value)]),
  );
  return (await (await site.callWithKey(`${V2}?${query}`)).json()) as Answer;
}

async function granted(parameters: Record<string, string | number>) {
  const { data, message } = await ask(parameters);
  if (!data) throw new Error(message);
  return data;
}

async function asked(init: RequestInit, query = "") {
  const { data, message } = (await (await site.callWithKey(V2 + query, init)).json()) as Answer;
  if (!data) throw new Error(message);
  return data;
}

const dateIn = (ms: number) => new Date(site.site.now() + ms).toISOString();

describe("what is granted", () => {
  test("without parameters: the defaults, of v2", async () => {
    const before = Math.floor(Date.now() / 1000);
    const { upload_token: token, valid_until: until, upload_url: url, ...rest } = await granted({});
    expect(token).toMatch(/^[0-9A-Za-z]{64}$/);
    expect(url).toBe(`http://redeem.test/upload/${token}`);
    expect(until).toBeGreaterThanOrEqual(before + 360 * 60);
    expect(until).toBeLessThanOrEqual(before + 360 * 60 + 60);
    expect(rest).toEqual({
      title: "",
      description: "",
      tags: "",
      publish: "t",
      user_id: 0,
      album_id: "",
      max_uploads: 1,
      valid_minutes: 360,
      return_url: "",
      background_return_p: false,
      absolute_url: "",
      publish_date: "",
    });
  });

  test("v1 gives three hours and says 1 or 0", async () => {
    const answer = await site.callWithKey(`${V1}&publish=0&background_return_p=true`);
    const { uploadtoken } = (await answer.json()) as { uploadtoken: Record<string, string> };
    expect(uploadtoken).toMatchObject({
      valid_minutes: "180",
      publish: "0",
      background_return_p: "1",
    });
  });

  test("everything that was asked for", async () => {
    await makeAlbums(site, 2);
    expect(
      await granted({
        title: "Cats",
        description: "<b>all</b> of them",
        tags: 'cat "big cat"',
        publish: 0,
        user_id: 5,
        album_id: "1, 02",
        max_uploads: 3,
        valid_minutes: 60,
        return_url: "https://shop.example/done?x=1#end",
        background_return_p: 1,
        absolute_url: "https://shop.example/cats",
        max_size: 1000,
        types: "image/png, image/jpeg",
        origin: "https://shop.example",
      }),
    ).toMatchObject({
      title: "Cats",
      description: "<b>all</b> of them",
      tags: 'cat "big cat"',
      publish: "f",
      user_id: 5,
      album_id: "1,2",
      max_uploads: 3,
      valid_minutes: 60,
      return_url: "https://shop.example/done?x=1#end",
      background_return_p: true,
      absolute_url: "https://shop.example/cats",
    });
  });

  test("every token is another one, and only its hash is kept", async () => {
    const one = await site.token();
    const other = await site.token();
    expect(one).not.toBe(other);
    const files = [Bun.file(`${site.folder}/redeem.db`), Bun.file(`${site.folder}/redeem.db-wal`)];
    for (const file of files) {
      expect(Buffer.from(await file.arrayBuffer()).includes(one)).toBe(false);
    }
  });
});

describe("out of range or malformed", () => {
  test.each([
    ["valid_minutes", "14", "a whole number from 15 to 525600"],
    ["valid_minutes", "525601", "a whole number from 15 to 525600"],
    ["valid_minutes", "1.5", "a whole number from 15 to 525600"],
    ["max_uploads", "0", "a whole number from 1 to 1000"],
    ["max_uploads", "1001", "a whole number from 1 to 1000"],
    ["max_uploads", "many", "a whole number from 1 to 1000"],
    ["max_uploads", "-1", "a whole number from 1 to 1000"],
    ["max_size", "0", "whole number from 1"],
    ["max_size", String(10 * 1024 ** 2 + 1), `from 1 to ${10 * 1024 ** 2}`],
    ["user_id", "0", "whole number from 1"],
    ["user_id", "me", "whole number from 1"],
    ["album_id", "a", "one id or several, comma separated"],
    ["album_id", "1;2", "one id or several, comma separated"],
    ["album_id", "1,999", "album_id must name albums that are there: there is no album 999"],
    ["publish", "maybe", "1 or 0"],
    ["background_return_p", "2", "1 or 0"],
    ["return_url", "ftp://shop.example/", "http or https address"],
    ["return_url", "javascript:alert(1)", "http or https address"],
    ["return_url", "/done", "http or https address"],
    ["return_url", "https://", "http or https address"],
    ["absolute_url", "data:text/html,x", "http or https address"],
    ["absolute_url", "somewhere", "http or https address"],
    ["publish_date", "tomorrow", "future time"],
    ["publish_date", "2001-01-01", "future time"],
    ["publish_date", "2999-02-30", "future time"],
    ["publish_date", "2999-01-01 25:00:00", "future time"],
    ["types", "text/plain", "media types or ranges within image/*,video/mp4"],
    ["types", "image/*,video/webm", "media types or ranges within"],
    ["types", "png", "media types or ranges within"],
    ["types", "*/*", "media types or ranges within"],
    ["types", ",", "media types or ranges within"],
    ["types", "image/svg+xml", "media types or ranges within"],
    ["origin", "shop.example", "web origin"],
    ["origin", "https://shop.example/path", "web origin"],
    ["origin", "*", "web origin"],
    ["title", "x".repeat(1001), "text of at most 1000 characters"],
  ])("%s=%p is invalid_input, naming it and what it may be", async (name, value, range) => {
    const { status, code, message } = await ask({ [name]: value });
    expect({ status, code }).toEqual({ status: "error", code: "invalid_input" });
    expect(message).toStartWith(name);
    expect(message).toContain(range);
    expect(message).not.toContain("\n");
  });

  test.each([
    ["valid_minutes", 15],
    ["valid_minutes", 525_600],
    ["max_uploads", 1],
    ["max_uploads", 1000],
  ])("%s=%d is the last that is taken", async (name, value) => {
    expect((await granted({ [name]: value }))[name]).toBe(value);
  });

  test("the largest max_size is the server's own", async () => {
    expect((await ask({ max_size: 10 * 1024 ** 2 })).status).toBe("ok");
  });

  test("a list of ranges within the server's is taken", async () => {
    expect((await ask({ types: "image/*,video/mp4" })).status).toBe("ok");
    expect((await ask({ types: "IMAGE/PNG" })).status).toBe("ok");
    expect((await ask({ types: "video/*" })).status).toBe("ok");
  });
});

describe("return_url", () => {
  test.each(["", " ", "   \t"])("%p is none", async (value) => {
    expect((await granted({ return_url: value }))["return_url"]).toBe("");
  });

  test("empty flags and numbers count as absent, as forms send them", async () => {
    const data = await granted({ max_uploads: "", publish: "", valid_minutes: " ", types: "" });
    expect(data).toMatchObject({ max_uploads: 1, publish: "t", valid_minutes: 360 });
  });
});

describe("dates", () => {
  test.each([
    ["2999-05-06 07:08:09", "2999-05-06 07:08:09"],
    ["2999-05-06T07:08:09Z", "2999-05-06 07:08:09"],
    ["2999-05-06T07:08:09+02:00", "2999-05-06 05:08:09"],
    ["2999-05-06T07:08", "2999-05-06 07:08:00"],
    ["2999-05-06T07:08:09.500Z", "2999-05-06 07:08:09"],
    ["2999-05-06", "2999-05-06 00:00:00"],
  ])("publish_date=%s means %s UTC and is not published until then", async (date, told) => {
    expect(await granted({ publish_date: date, publish: 1 })).toMatchObject({
      publish_date: told,
      publish: "f",
    });
  });

  test("the future is judged by the server's clock", async () => {
    expect((await ask({ publish_date: dateIn(60_000) })).status).toBe("ok");
    expect((await ask({ publish_date: dateIn(-60_000) })).code).toBe("invalid_input");
  });
});

describe("where the parameters stand", () => {
  test("GET: in the query", async () => {
    expect((await asked({}, "?title=Query"))["title"]).toBe("Query");
  });

  test("POST urlencoded", async () => {
    const body = new URLSearchParams({ title: "Grüße & 漢字", max_uploads: "4" });
    expect(await asked({ method: "POST", body })).toMatchObject({
      title: "Grüße & 漢字",
      max_uploads: 4,
    });
  });

  test("POST multipart", async () => {
    const body = formOf([
      ["title", "Grüße & 漢字"],
      ["max_uploads", "4"],
    ]);
    expect(await asked({ method: "POST", body })).toMatchObject({
      title: "Grüße & 漢字",
      max_uploads: 4,
    });
  });

  test.each(["urlencoded", "multipart"])(
    "POST %s: the query counts only where the body has no such field",
    async (form) => {
      const fields: [string, string][] = [
        ["title", "Body"],
        ["tags", ""],
      ];
      const body = form === "multipart" ? formOf(fields) : new URLSearchParams(fields);
      const data = await asked({ method: "POST", body }, "?title=Query&tags=query&max_uploads=7");
      // An empty field is a field.
      expect(data).toMatchObject({ title: "Body", tags: "", max_uploads: 7 });
    },
  );

  test("POST without a body: the query alone", async () => {
    expect((await asked({ method: "POST" }, "?title=Query"))["title"]).toBe("Query");
  });

  test("another type of body is 400", async () => {
    const init = {
      method: "POST",
      body: '{"title":"x"}',
      headers: { "content-type": "application/json" },
    };
    const response = await site.callWithKey(V2, init);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: "invalid_input" });
  });

  test("a broken multipart body is 400", async () => {
    const init = {
      method: "POST",
      body: '--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nCats',
      headers: { "content-type": "multipart/form-data; boundary=x" },
    };
    expect((await site.callWithKey(V2, init)).status).toBe(400);
  });
});
