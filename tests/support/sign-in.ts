import { hashSecret, randomName } from "../../src/random.ts";
import { issueLink } from "../../src/session/links.ts";
import { API_KEY, ORIGIN, type TestSite } from "./site.ts";

/** Somebody who is signed in, as a browser keeps it. */
export type Browsing = {
  /** The whole Cookie header. */
  cookie: string;
  csrf: string;
};

/** The form of the sign-in page, sent. */
export function sendKey(
  site: Pick<TestSite, "call">,
  key: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return site.call("/archive/sign-in", {
    method: "POST",
    headers: { origin: ORIGIN, ...headers },
    body: new URLSearchParams({ key }),
  });
}

/** The cookie that an answer sets, as the browser sends it back; empty where it takes one away. */
export function cookieOf(answer: Response): string {
  const [pair = ""] = (answer.headers.get("set-cookie") ?? "").split(";");
  return pair.endsWith("=") ? "" : pair;
}

/** Signs in with a key. */
export async function signInWith(site: TestSite, key: string = API_KEY): Promise<Browsing> {
  return browse(site, cookieOf(await sendKey(site, key)));
}

/** What the archive page says to whoever has a cookie. @throws where it is the sign-in page */
export async function browse(site: Pick<TestSite, "call">, cookie: string): Promise<Browsing> {
  return { cookie, csrf: (await pageData(site, cookie)).csrf };
}

export type PageInfo = { csrf: string; level: string; userId: number; base: string };

export async function pageData(site: Pick<TestSite, "call">, cookie: string): Promise<PageInfo> {
  const html = await (await site.call("/archive", { headers: { cookie } })).text();
  const json = /<script type="application\/json" id="archive-info">(.*?)<\/script>/.exec(html)?.[1];
  if (json === undefined) throw new Error("not signed in");
  return JSON.parse(json);
}

export async function isSignedIn(site: Pick<TestSite, "call">, cookie: string): Promise<boolean> {
  const html = await (await site.call("/archive", { headers: { cookie } })).text();
  return html.includes("archive-info");
}

/** An API key of a level, made now. */
export async function makeKey(
  { site }: Pick<TestSite, "site">,
  level: "anonymous" | "read" | "write" | "admin" | "super",
): Promise<{ id: number; secret: string }> {
  const secret = randomName(40);
  const { id } = await site.records.keys.add({
    hash: hashSecret(secret),
    name: level,
    level,
    createdAt: site.now(),
  });
  return { id, secret };
}

/** The path of a link as `redeem open` prints it. */
export async function linkPath({ site }: Pick<TestSite, "site">, keyId: number | null = null) {
  const link = await issueLink(site.records, { url: ORIGIN, keyId, now: site.now() });
  return new URL(link).pathname;
}

/** A call of the API as the archive's page makes it. */
export function callSignedIn(
  site: Pick<TestSite, "call">,
  path: string,
  { cookie, csrf }: Browsing,
  headers: Record<string, string> = {},
): Promise<Response> {
  return site.call(path, {
    headers: { cookie, "redeem-csrf": csrf, "sec-fetch-site": "same-origin", ...headers },
  });
}
