import { expect, test } from "bun:test";
import { png } from "../support/media.ts";
import { fileForm, photoIn, redeem } from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";

/** Issue 8, 3.4: every link carries the path of a public address; the proxy takes it off again. */
const BASE = "/shop/photos";
const PUBLIC = `https://www.example.com${BASE}`;
const site = siteForAll({ REDEEM_PUBLIC_URL: `${PUBLIC}/` });

/** Follows a link as the browser and the proxy do. */
async function follow(link: string, from: string): Promise<Response> {
  const url = new URL(link, from);
  expect(url.href).toStartWith(`${PUBLIC}/`);
  return site.call(url.pathname.slice(BASE.length));
}

test("original_download and one of list", async () => {
  const file = png(400);
  const { photo_id: id } = await photoIn(await redeem(site, fileForm(await site.token(), file)));
  const answer = await site.callWithKey(`/api/2/photo/list?photo_id=${id}`);
  const body = (await answer.json()) as {
    data: { one: string; original_download: string }[];
  };
  const [photo] = body.data;
  for (const link of [photo?.one, photo?.original_download]) {
    const original = await follow(link ?? "", `${PUBLIC}/api/2/photo/list`);
    expect(await original.bytes()).toEqual(file);
  }
});

test("the links of /, whether its address ends in a slash or not", async () => {
  const html = await (await site.call("/")).text();
  const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? "");
  expect(links.map((link) => link.replace(/[^/]*\.css$/, "css"))).toEqual([
    `${BASE}/favicon.ico`,
    `${BASE}/web-assets/css`,
    `${BASE}/archive`,
    `${BASE}/docs`,
  ]);
  for (const from of [PUBLIC, `${PUBLIC}/`]) {
    for (const link of links) expect((await follow(link, from)).status).toBe(200);
  }
});

test("upload_url, and what its page and the documentation load", async () => {
  const answer = await site.callWithKey("/api/2/photo/get-upload-token");
  const { upload_url: upload } = ((await answer.json()) as { data: { upload_url: string } }).data;
  for (const page of [upload, `${PUBLIC}/docs`]) {
    const html = await (await follow(page, PUBLIC)).text();
    const links = [...html.matchAll(/(?:src|href)="([^"#]+\.(?:js|css|json|ico|png))"/g)];
    expect(links.length).toBeGreaterThan(1);
    for (const [, link = ""] of links) expect((await follow(link, page)).status).toBe(200);
  }
  const openapi = await (await site.call("/openapi.json")).json();
  const [server] = (openapi as { servers: { url: string }[] }).servers;
  const api = new URL(server?.url ?? "", `${PUBLIC}/openapi.json`);
  expect(api.href).toBe(`${PUBLIC}/`);
});
