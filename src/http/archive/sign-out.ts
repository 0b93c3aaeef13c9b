import type { SignedIn } from "../../session/sessions.ts";
import { toArchive } from "./answers.ts";
import { isOwnPage } from "./own-page.ts";
import { requireCsrf, signedInBy } from "./session-caller.ts";
import type { SignInContext } from "./sign-in-context.ts";
import { readField, signInPage } from "./sign-in.ts";

type End = (context: SignInContext, signedIn: SignedIn, secret: string) => Promise<void>;

/** Ends this session only. */
export const endOne: End = ({ credentials }, _, secret) => credentials.sessions.end(secret);

/** Ends all sessions of the same key, or of the operator. */
export const endAll: End = ({ credentials }, signedIn) =>
  credentials.sessions.endEverywhere(signedIn);

/**
 * `POST /archive/sign-out` and `sign-out-everywhere`: ends sessions by `end`, if the form's field `csrf` shows that it came from
 * one of the session's own pages.
 */
export async function signOut(
  context: SignInContext,
  request: Request,
  end: End,
): Promise<Response> {
  if (!isOwnPage(request, context.publicUrl())) {
    return signInPage(context, request, "foreignPage", 403);
  }
  const found = await signedInBy(request, context.credentials);
  if (found) {
    requireCsrf(found.signedIn, await readField(context, request, "csrf"));
    await end(context, found.signedIn, found.secret);
    await context.streams.look();
  }
  return toArchive(context, request, "", "?signed-out");
}
