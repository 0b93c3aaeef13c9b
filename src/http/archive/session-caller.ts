import { Problem } from "../../problem.ts";
import { sameSecret } from "../../random.ts";
import type { SignedIn } from "../../session/sessions.ts";
import { hasLevel, type Caller, type Credentials } from "../caller.ts";
import { sessionSecrets } from "./cookie.ts";
import { isOwnPage } from "./own-page.ts";

/** The header that a page of the archive sends with each call of the API (protocol 9). */
const CSRF_HEADER = "redeem-csrf";

/** Who is signed in by a request's cookie, whichever page has sent it; undefined if nobody is. @param isUse as for `Sessions.find` */
export async function signedInBy(
  request: Request,
  { sessions, publicUrl }: Pick<Credentials, "sessions" | "publicUrl">,
  isUse = true,
): Promise<{ signedIn: SignedIn; secret: string } | undefined> {
  for (const secret of sessionSecrets(request, publicUrl())) {
    const signedIn = await sessions.find(secret, isUse);
    if (signedIn) return { signedIn, secret };
  }
  return undefined;
}

/**
 * The caller of an API method who is signed in at `/archive` (protocol 9). Since browsers send cookies with requests of any page, the
 * cookie counts only together with the header `Redeem-Csrf`, and never in a request from another origin.
 * @returns undefined if the header is missing: then the cookie is ignored
 * @throws Problem origin_refused, session_ended, wrong_csrf
 */
export async function sessionCaller(
  request: Request,
  credentials: Pick<Credentials, "sessions" | "publicUrl">,
): Promise<Caller | undefined> {
  const csrf = request.headers.get(CSRF_HEADER);
  if (csrf === null) return undefined;
  if (!isOwnPage(request, credentials.publicUrl())) {
    throw new Problem("origin_refused", "A session is not taken from another web origin.");
  }
  const found = await signedInBy(request, credentials);
  if (!found) throw sessionEnded();
  requireCsrf(found.signedIn, csrf);
  const { level, userId } = found.signedIn;
  const stillHolds = async () =>
    (await credentials.sessions.find(found.secret, false)) !== undefined;
  return { level, userId, stillHolds };
}

/** The refusal of a call whose session has ended, or whose cookie is none (protocol 9). */
export function sessionEnded(): Problem {
  return new Problem("session_ended", "You are signed out: sign in at /archive.");
}

/** @throws Problem wrong_csrf */
export function requireCsrf({ csrf }: SignedIn, given: string): void {
  if (sameSecret(csrf, given)) return;
  throw new Problem("wrong_csrf", "This page is of another session: load it again.");
}

/**
 * Whether files of photos in the trash may be shown: to pages of the archive, for somebody who may restore photos (level `write`).
 * Showing a file changes nothing, so that the cookie is enough without a CSRF token: SameSite keeps it from other sites' pages.
 */
export async function seesTrash(
  request: Request,
  credentials: Pick<Credentials, "sessions" | "publicUrl">,
): Promise<boolean> {
  if (!isOwnPage(request, credentials.publicUrl())) return false;
  const found = await signedInBy(request, credentials, false);
  return found !== undefined && hasLevel(found.signedIn, "write");
}
