import { Problem } from "../../problem.ts";
import { sameSecret } from "../../random.ts";
import type { SignedIn } from "../../session/sessions.ts";
import { hasLevel, type Caller, type Credentials } from "../caller.ts";
import { sessionSecrets } from "./cookie.ts";
import { isOwnPage } from "./own-page.ts";

/** The header that a page of the archive sends with each call of the API (protocol 9). */
const CSRF_HEADER = "redeem-csrf";

/** Who is signed in by a request's cookie, whatever page has sent it; undefined where nobody is. */
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
 * The caller of an API method who is signed in at `/archive`. Browsers send a cookie with whatever a page makes them ask for: it counts
 * only with the header that no other site's page can send, and not at all in a request of another origin.
 * @returns undefined where the header is not there: the cookie says nothing then
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

export function sessionEnded(): Problem {
  return new Problem("session_ended", "You are signed out: sign in at /archive.");
}

/** @throws Problem wrong_csrf */
export function requireCsrf({ csrf }: SignedIn, given: string): void {
  if (sameSecret(csrf, given)) return;
  throw new Problem("wrong_csrf", "This page is of another session: load it again.");
}

/**
 * Whether a page of the archive asks, for somebody who may take photos out of the trash: their files are shown to nobody else. That
 * changes nothing, so that the cookie is enough, which no other site's page sends (SameSite).
 */
export async function seesTrash(
  request: Request,
  credentials: Pick<Credentials, "sessions" | "publicUrl">,
): Promise<boolean> {
  if (!isOwnPage(request, credentials.publicUrl())) return false;
  const found = await signedInBy(request, credentials, false);
  return found !== undefined && hasLevel(found.signedIn, "write");
}
