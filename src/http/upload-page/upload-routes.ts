import { Elysia, t } from "elysia";
import { Problem } from "../../problem.ts";
import type { Site } from "../../site.ts";
import { standingOf, type Standing } from "../../upload/token-status.ts";
import { renderPassphrasePage, type PassphraseFault } from "../../web/passphrase-page.tsx";
import { renderUploadPage } from "../../web/upload-page.tsx";
import { isOwnPage } from "../archive/own-page.ts";
import { isEncrypted } from "../cookies.ts";
import { describeUploadPage, HIDDEN } from "../docs/pages.ts";
import { readFormField } from "../form.ts";
import { languageOf, likedTagsOf } from "../language.ts";
import type { RequestLog } from "../request-log.ts";
import { lookOf } from "../site-look.ts";
import { grantCookie, grantIn } from "./grant-cookie.ts";
import { linkPageAnswer } from "./page-answer.ts";
import { pageInfo } from "./page-info.ts";

export type UploadPageContext = Pick<
  Site,
  "config" | "logo" | "publicUrl" | "records" | "passphrases" | "now"
> & { requests: Pick<RequestLog, "clientOf"> };

const LINK = t.Object({ upload_token: t.String({ maxLength: 200 }) });

/** The upload page, and the question for the passphrase before it, where its token has one (protocol 4.7). */
export function uploadRoutes(context: UploadPageContext) {
  return new Elysia()
    .get(
      "/upload/:upload_token",
      ({ params, request }) => uploadPage(context, request, params.upload_token),
      { params: LINK, detail: describeUploadPage },
    )
    .post(
      "/upload/:upload_token",
      ({ params, request }) => takePassphrase(context, request, params.upload_token),
      { params: LINK, parse: "none", detail: HIDDEN },
    );
}

async function uploadPage(
  context: UploadPageContext,
  request: Request,
  uploadToken: string,
): Promise<Response> {
  const { config, passphrases, now } = context;
  const standing = await standingOf(context.records, uploadToken, now());
  let grant: string | null = null;
  if (standing?.token.passphraseHash != null && takesFiles(context, standing)) {
    const owner = { token: standing.token, uploadToken };
    const said = { grant: grantIn(request, uploadToken), passphrase: undefined };
    if (!(await passphrases.opens(owner, said, undefined))) return passphrasePage(context, request);
    grant = passphrases.grantOf(owner);
  }
  const info = pageInfo({
    standing,
    uploadToken,
    grant,
    site: lookOf(context, "../"),
    language: languageOf(request),
    liked: likedTagsOf(request),
    config,
    now: now(),
  });
  const status = info.state === "ready" ? 200 : 404;
  return linkPageAnswer(renderUploadPage(info), status, { vary: "Accept-Language, Cookie" });
}

/** Files may begin with it, or go on: it is asked for its passphrase. */
function takesFiles({ config, now }: UploadPageContext, { token, state }: Standing): boolean {
  if (state === "expired") return now() <= token.validUntil + config.REDEEM_GRACE;
  return state === "open" || state === "busy";
}

/** `POST /upload/<upload_token>`: the passphrase, for a cookie that keeps the link open. */
async function takePassphrase(
  context: UploadPageContext,
  request: Request,
  uploadToken: string,
): Promise<Response> {
  const { config, records, passphrases, publicUrl, requests, now } = context;
  const standing = await standingOf(records, uploadToken, now());
  const isAsked = standing?.token.passphraseHash != null && takesFiles(context, standing);
  // The page says how it stands.
  if (!standing || !isAsked) return toPage(uploadToken);
  const again = (fault: PassphraseFault, status: number, headers?: Record<string, string>) =>
    passphrasePage(context, request, fault, status, headers);
  // Another site's page must not use up a visitor's tries.
  if (!isOwnPage(request, publicUrl())) return again({ kind: "foreignPage" }, 403);
  const passphrase = await readFormField(request, "passphrase", config.REDEEM_STALL);
  if (!passphrase) return again({ kind: "missing" }, 400);
  const owner = { token: standing.token, uploadToken };
  try {
    const client = requests.clientOf(request);
    const isOpened = await passphrases.opens(owner, { grant: undefined, passphrase }, client);
    if (!isOpened) return again({ kind: "wrong" }, 403);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code === "wrong_passphrase") return again({ kind: "wrong" }, 403);
    const seconds = error.retryAfter ?? 1;
    const wait = { "retry-after": String(seconds) };
    return again({ kind: "tooMany", seconds }, error.status, wait);
  }
  const encrypted = isEncrypted(request, publicUrl());
  const forMs = standing.token.validUntil + config.REDEEM_GRACE - now();
  const cookie = grantCookie(uploadToken, passphrases.grantOf(owner), encrypted, forMs);
  return toPage(uploadToken, { "set-cookie": cookie });
}

/** Beside the form's own address, whatever a proxy has put before it. */
function toPage(uploadToken: string, headers: Record<string, string> = {}): Response {
  const location = encodeURIComponent(uploadToken);
  return new Response(null, {
    status: 303,
    headers: { location, "cache-control": "no-store", ...headers },
  });
}

function passphrasePage(
  context: UploadPageContext,
  request: Request,
  fault?: PassphraseFault,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  const html = renderPassphrasePage(lookOf(context, "../"), languageOf(request), fault);
  return linkPageAnswer(html, status, { vary: "Accept-Language, Cookie", ...headers });
}
