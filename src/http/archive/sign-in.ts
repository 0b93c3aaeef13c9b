import { publicPathOf } from "../../config.ts";
import { Problem } from "../../problem.ts";
import type { SessionOwner } from "../../records/records.ts";
import { stateOfLink, type LinkState } from "../../session/links.ts";
import { readsArchive } from "../../session/sessions.ts";
import {
  renderOpenPage,
  renderReloadPage,
  renderSignInPage,
  type SignInNotice,
  type SignInPage,
} from "../../web/sign-in-page.tsx";
import { callerOf } from "../authenticate.ts";
import type { Caller } from "../caller.ts";
import { readFormField } from "../form.ts";
import { languageOf } from "../language.ts";
import { archiveAnswer, toArchive, toArchiveByOldLink } from "./answers.ts";
import { sessionSecrets } from "./cookie.ts";
import { isOwnPage } from "./own-page.ts";
import { signedInBy } from "./session-caller.ts";
import type { SignInContext } from "./sign-in-context.ts";

/** What the pages for people who are not signed in are drawn with. */
export function pageFor({ look, program, publicUrl }: SignInContext, request: Request): SignInPage {
  return {
    site: look,
    base: publicPathOf(publicUrl()),
    program,
    language: languageOf(request),
  };
}

/** The sign-in page. @param notice what was wrong with an attempt @param wait seconds until another one may be made */
export function signInPage(
  context: SignInContext,
  request: Request,
  notice?: SignInNotice,
  status = 200,
  wait?: number,
): Response {
  const html = renderSignInPage(pageFor(context, request), notice);
  return archiveAnswer(html, status, wait === undefined ? {} : { "retry-after": String(wait) });
}

/** `POST /archive/sign-in`: begins a session by an API key. */
export async function signIn(context: SignInContext, request: Request): Promise<Response> {
  const { credentials, wrongKeys, requests } = context;
  const again = (notice: SignInNotice, status: number, wait?: number) =>
    signInPage(context, request, notice, status, wait);
  // A page of another site could otherwise sign its visitor in with a key of its own (login CSRF).
  if (!isOwnPage(request, context.publicUrl())) return again("foreignPage", 403);
  const key = await readField(context, request, "key");
  if (key === "") return again("noKey", 400);
  const attempt = wrongKeys.begin(requests.clientOf(request));
  if (attempt.wait > 0) return again("tooMany", 429, attempt.wait);
  const caller = await callerOfKey(context, key);
  if (!caller) return again("wrongKey", 403);
  attempt.succeeded();
  if (!readsArchive(caller.level)) return again("noUse", 403);
  const secret = await credentials.sessions.begin(ownerOf(context, caller));
  await endPresent(context, request);
  return toArchive(context, request, secret);
}

/** A field of a form, without spaces around it; "" if it is missing. */
export async function readField(
  { stallMs }: SignInContext,
  request: Request,
  name: string,
): Promise<string> {
  return (await readFormField(request, name, stallMs))?.trim() ?? "";
}

async function callerOfKey(
  { credentials }: SignInContext,
  key: string,
): Promise<Caller | undefined> {
  try {
    return await callerOf(key, credentials);
  } catch (error) {
    if (error instanceof Problem && error.code === "invalid_signature") return undefined;
    throw error;
  }
}

function ownerOf({ credentials }: SignInContext, { userId, apiKey }: Caller): SessionOwner {
  // User 0 is the operator, who has typed REDEEM_API_KEY.
  if (userId !== 0) return { keyId: userId, operatorKey: null };
  return { keyId: null, operatorKey: credentials.secret.fingerprint(apiKey ?? "") };
}

/** Ends the sessions that the browser had before, once it signs in again. */
async function endPresent(
  { credentials, publicUrl }: SignInContext,
  request: Request,
): Promise<void> {
  for (const secret of sessionSecrets(request, publicUrl())) await credentials.sessions.end(secret);
}

const LINK_NOTICES: Record<LinkState, SignInNotice> = {
  used: "linkUsed",
  expired: "linkExpired",
  unknown: "linkUnknown",
  // A link that is open and yet could not be used is one whose key was revoked.
  open: "linkUnknown",
};

/** `GET /archive/open/<secret>`: a page with one button, so that programs that only fetch a link (chats, virus scanners) do not use it up. */
export async function openPage(
  context: SignInContext,
  request: Request,
  secret: string,
): Promise<Response> {
  const state = await stateOfLink(context.records, secret, context.now());
  if (state !== "open") return uselessLink(context, request, secret, state);
  return archiveAnswer(renderOpenPage(pageFor(context, request), secret));
}

/** `POST /archive/open/<secret>`: begins a session by the link. Attempts are not limited, so that the operator can always get in by it. */
export async function openByLink(
  context: SignInContext,
  request: Request,
  link: string,
): Promise<Response> {
  const { records, credentials, publicUrl, now } = context;
  if (!isOwnPage(request, publicUrl())) return signInPage(context, request, "foreignPage", 403);
  const secret = await credentials.sessions.beginByLink(link);
  if (secret === undefined) {
    const state = await stateOfLink(records, link, now());
    return uselessLink(context, request, link, state);
  }
  await endPresent(context, request);
  return toArchive(context, request, secret);
}

/** Who is signed in needs no link, whatever became of this one: a button that was pressed twice leads where it should. */
async function uselessLink(
  context: SignInContext,
  request: Request,
  link: string,
  state: LinkState,
): Promise<Response> {
  if (await signedInBy(request, context.credentials)) return toArchiveByOldLink(context);
  const notice = LINK_NOTICES[state];
  if (!isFromElsewhere(request)) return signInPage(context, request, notice, 404);
  const address = `/archive/open/${encodeURIComponent(link)}`;
  return askAgain(pageFor(context, request), address, 404);
}

/**
 * Whether another site's page has led here, for instance a mail that is read in the browser: browsers send no cookie along with that
 * (SameSite), but with what this server's answer begins.
 */
export function isFromElsewhere(request: Request): boolean {
  return request.method !== "POST" && request.headers.get("sec-fetch-site") === "cross-site";
}

/** Has the browser ask once more, from here. @param address behind the path of the public address */
export function askAgain(page: SignInPage, address: string, status = 200): Response {
  const url = `${page.base}${address}`;
  return archiveAnswer(renderReloadPage(page, url), status, { refresh: `0; url=${url}` });
}
