import { describe, expect, test } from "bun:test";
import { siteForAll } from "../support/lifetime.ts";

const site = siteForAll({
  REDEEM_SITE_NAME: "Photos & more",
  REDEEM_PUBLIC_URL: "https://photos.example:8443",
});

const V1 = "/api/photo/get-upload-token";
const V2 = "/api/2/photo/get-upload-token";

const get = async (path: string) => {
  const response = await site.callWithKey(path);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe("v1 XML", () => {
  test("is the default: attributes, and the data as child elements in order", async () => {
    const { status, headers, text } = await get(`${V1}?title=Cats`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/xml; charset=utf-8");
    expect(text).toStartWith('<?xml version="1.0" encoding="UTF-8"?>');
    expect(text).toContain(
      '<response status="ok" permission_level="super" message="The upload token is ready to use" cached="0"><upload_token>',
    );
    expect(text).toContain("</upload_token><title>Cats</title>");
    expect(text.trim()).toEndWith("</response>");
  });

  test("escapes what is markup, and leaves out what XML cannot say", async () => {
    const title = encodeURIComponent(`a & b > c "d" \u0001 ü 漢 😀`);
    const { text } = await get(`${V1}?title=${title}`);
    expect(text).toContain(`<title>a &amp; b &gt; c "d"  ü 漢 😀</title>`);
    const { text: described } = await get(`${V1}?description=${encodeURIComponent("<b>x</b>")}`);
    expect(described).toMatch(/<description>&lt;b(&gt;|>)x&lt;\/b(&gt;|>)<\/description>/);
    expect(described).not.toContain("<b>");
  });

  test("keeps a value in one line break's shape, and errors as an attribute", async () => {
    const { status, text } = await get(`${V1}?max_uploads=0&title=x`);
    expect(status).toBe(200);
    expect(text).toMatch(
      /<response status="error" permission_level="super" code="invalid_input" message="[^"]+"\/>/,
    );
  });

  test("v1 takes format=xml, and no other word", async () => {
    expect((await get(`${V1}?format=xml`)).text).toContain("<upload_token>");
    const { status, text } = await get(`${V1}?format=yaml`);
    expect(status).toBe(200);
    expect(text).toContain('code="invalid_input"');
  });
});

describe("v1 JSON", () => {
  test("is a script that sets `visual`", async () => {
    const { status, headers, text } = await get(`${V1}?format=json`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toContain("javascript");
    expect(text).toStartWith('var visual = {"status":"ok"');
    expect(text).toEndWith("}");
  });

  test("varname names the variable", async () => {
    expect((await get(`${V1}?format=json&varname=my.$var_1`)).text).toStartWith(
      'var my.$var_1 = {"status"',
    );
  });

  test("callback calls a function", async () => {
    const { text } = await get(`${V1}?format=json&callback=a.b`);
    expect(text).toStartWith('a.b({"status":"ok"');
    expect(text).toEndWith("});");
  });

  // Called JSON it was parsed twice by the vendor's own Node library: by its HTTP client, and by itself.
  test.each(["raw", "raw=1", "raw="])("%s is the bare object, as a script", async (raw) => {
    const { headers, text } = await get(`${V1}?format=json&${raw}`);
    expect(headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    expect(JSON.parse(text).status).toBe("ok");
  });

  test("holds everything that the vendor's holds, as strings", async () => {
    const whole = JSON.parse((await get(`${V1}?format=json&raw=1&title=x&max_uploads=3`)).text);
    const { uploadtoken, ...head } = whole;
    expect(head).toEqual({
      status: "ok",
      message: "The upload token is ready to use",
      permission_level: "super",
      cached: "0",
      p: "1",
      size: "20",
      site: {
        domain: "photos.example",
        product_key: "redeem",
        site_id: "1",
        site_name: "Photos & more",
      },
      endpoint: V1,
    });
    expect(Object.values(uploadtoken).every((value) => typeof value === "string")).toBe(true);
    expect(uploadtoken).toMatchObject({
      title: "x",
      publish: "1",
      max_uploads: "3",
      valid_minutes: "180",
      background_return_p: "0",
    });
  });

  test.each([
    ["varname", "a b"],
    ["varname", "alert(1)//"],
    ["callback", "a-b"],
    ["callback", "<script>"],
    ["callback", "ü"],
    ["callback", "a;b"],
  ])("%s=%p is refused and not repeated as script", async (name, value) => {
    const { status, headers, text } = await get(
      `${V1}?format=json&${name}=${encodeURIComponent(value)}`,
    );
    expect(status).toBe(200);
    expect(text).toContain("invalid_input");
    expect(headers.get("content-type")).not.toContain("javascript");
    expect(text).toContain(name);
  });

  test("an error is the same envelope", async () => {
    const response = await site.call(`${V1}?format=json&raw=1`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: "error",
      permission_level: "anonymous",
      code: "permission_denied",
    });
  });

  test("cannot end a page's script element", async () => {
    const description = encodeURIComponent("<b></b></script>\u2028");
    const { text } = await get(`${V1}?format=json&description=${description}&tags=%3C/script%3E`);
    expect(text).not.toContain("</script");
    expect(text).not.toContain("\u2028");
  });
});

describe("v2", () => {
  test("is JSON with numbers, booleans and a data member", async () => {
    const { status, headers, text } = await get(`${V2}?max_uploads=3`);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    const { data, ...head } = JSON.parse(text);
    expect(head).toEqual({
      status: "ok",
      permission_level: "super",
      cached: false,
      message: "The upload token is ready to use",
    });
    expect(data).toMatchObject({
      max_uploads: 3,
      valid_minutes: 360,
      background_return_p: false,
      publish: "t",
      user_id: 0,
    });
  });

  test("callback is guarded against being read as something else", async () => {
    const { headers, text } = await get(`${V2}?callback=f`);
    expect(headers.get("content-type")).toContain("javascript");
    expect(text).toStartWith('/**/f({"status":"ok"');
    expect(text).toEndWith("});");
  });

  test("a callback that is no identifier is 400", async () => {
    const { status, text } = await get(`${V2}?callback=f()`);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ status: "error", code: "invalid_input" });
  });

  test("fields keeps only those members of data", async () => {
    const { data } = JSON.parse((await get(`${V2}?fields=upload_token,%20title,nothing`)).text);
    expect(Object.keys(data).toSorted()).toEqual(["title", "upload_token"]);
  });

  test("an error has its status, code and message", async () => {
    const { status, text } = await get(`${V2}?max_uploads=1001`);
    expect(status).toBe(400);
    expect(JSON.parse(text)).toEqual({
      status: "error",
      permission_level: "super",
      code: "invalid_input",
      message: 'max_uploads must be a whole number from 1 to 1000, not "1001".',
    });
  });
});

describe("every answer under /api/", () => {
  test.each([
    ["a success", V2],
    ["v1", V1],
    ["an error", `${V2}?max_uploads=0`],
    ["an unknown method", "/api/2/photo/nothing"],
    ["no method at all", "/api/"],
    ["redeeming", "/api/photo/redeem-upload-token"],
    ["a list", "/api/photo/list"],
  ])("%s is not to be cached", async (_what, path) => {
    const { headers } = await get(path);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("an unknown method is 404, in words", async () => {
    const { status, headers, text } = await get("/api/2/photo/nothing");
    expect(status).toBe(404);
    expect(headers.get("content-type")).toStartWith("text/plain");
    expect(text).toContain("no API method");
  });
});
