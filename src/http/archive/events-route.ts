import { Problem } from "../../problem.ts";
import type { Timing } from "./event-streams.ts";
import { isOwnPage } from "./own-page.ts";
import { sessionEnded, signedInBy } from "./session-caller.ts";
import type { SignInContext } from "./sign-in-context.ts";

/**
 * `GET /archive/events`: what happens, as it happens. Browsers send no header of a page's own here; an answer changes nothing, and no page of
 * another origin may read it.
 * @throws Problem origin_refused, session_ended, temporarily_unavailable
 */
export async function eventsAnswer(
  context: SignInContext,
  request: Request,
  server: Timing,
): Promise<Response> {
  if (!isOwnPage(request, context.publicUrl())) {
    throw new Problem("origin_refused", "Events are not told to another web origin.");
  }
  const found = await signedInBy(request, context.credentials);
  if (!found) throw sessionEnded();
  return context.streams.open(request, server, found.secret, found.signedIn);
}
