import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Plan } from "../support/chunks.ts";
import { png, textFile } from "../support/media.ts";
import {
  askChunk,
  fileForm,
  photoCount,
  redeem,
  redeemPath,
  sendChunk,
} from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";
import { ORIGIN, startTestSite, type TestSite } from "../support/site.ts";

const SHOP = "https://shop.example";
const OTHER = "https://other.example";

const site = siteForAll();
let listed: TestSite;
beforeAll(async () => {
  listed = await startTestSite({ REDEEM_CORS_ORIGINS: `${SHOP}, null` });
});
afterAll(() => listed.stop());

const file = png(2500);
const plan: Plan = { identifier: "i", filename: "a.png", chunkSize: 1000, totalSize: 2500 };
const first = { number: 1, start: 0, end: 1000 };

const from = (origin: string) => ({ headers: { origin } });

function expectOpen(response: Response, origin = SHOP): void {
  expect(response.headers.get("access-control-allow-origin")).toBe(origin);
  expect(response.headers.get("access-control-allow-credentials")).toBe("true");
  expect(response.headers.get("vary")).toContain("Origin");
  expect(response.headers.get("access-control-expose-headers")).toContain("Location");
}

function expectClosed(response: Response): void {
  expect(response.headers.get("access-control-allow-origin")).toBeNull();
  expect(response.headers.get("access-control-allow-credentials")).toBeNull();
}

describe("every answer of redeeming names the origin that asks", () => {
  const answers: [string, number, (of: TestSite) => Promise<Response>][] = [
    ["a photo", 200, async (of) => redeem(of, fileForm(await of.token(), file), from(SHOP))],
    [
      "a photo, v1",
      200,
      async (of) => redeem(of, fileForm(await of.token(), file), { version: 1, ...from(SHOP) }),
    ],
    [
      "a redirect",
      301,
      async (of) => redeem(of, fileForm(await of.token({ return_url: SHOP }), file), from(SHOP)),
    ],
    [
      "a form page",
      200,
      async (of) => {
        const token = await of.token({ return_url: SHOP, pad: "x".repeat(1500) });
        return redeem(of, fileForm(token, file), from(SHOP));
      },
    ],
    ["a chunk", 200, async (of) => sendChunk(of, await of.token(), plan, first, file, from(SHOP))],
    ["a missing chunk", 204, async (of) => askChunk(of, await of.token(), plan, 1, from(SHOP))],
    ["an unknown token", 404, (of) => redeem(of, fileForm("x", file), from(SHOP))],
    ["a GET without a token", 404, (of) => of.call(redeemPath(), from(SHOP))],
    [
      "an unsupported file",
      415,
      async (of) => redeem(of, fileForm(await of.token(), textFile()), from(SHOP)),
    ],
    [
      "an unsupported chunk",
      500,
      async (of) => sendChunk(of, await of.token(), plan, first, textFile(2500), from(SHOP)),
    ],
    [
      "a body that cannot be read",
      400,
      (of) => redeem(of, "{}", { headers: { origin: SHOP, "content-type": "application/json" } }),
    ],
    [
      "an unknown HTTP method",
      404,
      (of) => of.call(redeemPath(), { method: "DELETE", ...from(SHOP) }),
    ],
  ];

  test.each(answers)("%s (%d)", async (_what, status, call) => {
    const response = await call(site);
    expect(response.status).toBe(status);
    expectOpen(response);
    const allowed = await call(listed);
    expect(allowed.status).toBe(status);
    expectOpen(allowed);
  });
});

const askBefore = (of: TestSite, origin: string, version: 1 | 2 = 2) =>
  of.call(redeemPath(version), {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "X-Requested-With, Content-Type",
    },
  });

describe("preflights", () => {
  test.each([1, 2] as const)("v%d: methods and headers are allowed", async (version) => {
    const response = await askBefore(site, SHOP, version);
    expect(response.status).toBe(204);
    expectOpen(response);
    expect(response.headers.get("access-control-allow-methods")).toBe(
      "GET, POST, PUT, PATCH, OPTIONS",
    );
    expect(response.headers.get("access-control-allow-headers")).toBe(
      "X-Requested-With, Content-Type",
    );
    expect(response.headers.get("vary")).toContain("Access-Control-Request-Headers");
  });

  test("of an origin outside the operator's list allow nothing", async () => {
    const response = await askBefore(listed, OTHER);
    expectClosed(response);
    expect(response.headers.get("access-control-allow-methods")).toBeNull();
    expect(response.headers.get("access-control-allow-headers")).toBeNull();
    expectOpen(await askBefore(listed, SHOP));
    expectOpen(await askBefore(listed, "null"), "null");
  });

  test("answer without the database", async () => {
    const closed = await startTestSite();
    await closed.site.records.close();
    expect((await askBefore(closed, SHOP)).status).toBe(204);
    await closed.stop();
  });
});

test("* never goes together with credentials", async () => {
  const response = await redeem(site, fileForm(await site.token(), file));
  expect(response.headers.get("access-control-allow-origin")).toBe("*");
  expect(response.headers.get("access-control-allow-credentials")).toBeNull();
});

test("outside the operator's list there are no headers, and the answer varies", async () => {
  const response = await redeem(listed, fileForm(await listed.token(), file), from(OTHER));
  expect(response.status).toBe(200);
  expectClosed(response);
  expect(response.headers.get("vary")).toBe("Origin");
});

test("methods of the backend are no other site's business", async () => {
  for (const path of ["/api/2/photo/get-upload-token", "/api/2/photo/list"]) {
    expectClosed(await site.callWithKey(path, from(SHOP)));
  }
});

async function expectRefused(response: Response): Promise<void> {
  expect(response.status).toBe(403);
  expect(response.headers.get("content-type")).toStartWith("text/plain");
  expect(await response.text()).toBe("The upload token may not be used from this web origin.");
  expectClosed(response);
}

describe("a token with an origin", () => {
  test("is refused from another, without a byte read or headers, and keeps its use", async () => {
    const token = await site.token({ origin: SHOP });
    await expectRefused(await redeem(site, fileForm(token, file), from(OTHER)));
    await expectRefused(await redeem(site, fileForm(token, file), from("null")));
    await expectRefused(await sendChunk(site, token, plan, first, file, from(OTHER)));
    await expectRefused(await askChunk(site, token, plan, 1, from(OTHER)));
    const form = new FormData();
    form.append("file", new Blob([file]), "a.png");
    form.append("upload_token", token);
    await expectRefused(await redeem(site, form, from(OTHER)));
    expect(await photoCount(site, token)).toBe(0);
    const response = await redeem(site, fileForm(token, file), from(SHOP));
    expect(response.status).toBe(200);
    expectOpen(response);
  });

  test("is taken from this site's own pages: whole, in chunks, asked about, and how it stands", async () => {
    const token = await site.token({ origin: SHOP, max_uploads: 2 });
    const own = from(ORIGIN);
    expect((await redeem(site, fileForm(token, file), own)).status).toBe(200);
    expect((await sendChunk(site, token, plan, first, file, own)).status).toBe(200);
    expect((await askChunk(site, token, plan, 1, own)).status).toBe(200);
    const status = `/api/2/photo/upload-token-status?upload_token=${token}`;
    expect((await site.call(status, own)).status).toBe(200);
  });

  test("is taken from where there is no origin, such as a program", async () => {
    const token = await site.token({ origin: SHOP });
    expect((await redeem(site, fileForm(token, file))).status).toBe(200);
  });

  test("an origin's letters and default port are no difference", async () => {
    const token = await site.token({ origin: "https://Shop.Example" });
    expect((await redeem(site, fileForm(token, file), from(SHOP))).status).toBe(200);
  });

  test("preflights name no token and follow the operator's list", async () => {
    const token = await site.token({ origin: SHOP });
    const response = await site.call(`${redeemPath()}?upload_token=${token}`, {
      method: "OPTIONS",
      headers: { origin: OTHER, "access-control-request-method": "POST" },
    });
    expectOpen(response, OTHER);
  });
});
