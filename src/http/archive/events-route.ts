import { Problem } from "../../problem.ts";
import type { Timing } from "./event-streams.ts";
import { isOwnPage } from "./own-page.ts";
import { sessionEnded, signedInBy } from "./session-caller.ts";
import type { SignInContext } from "./sign-in-context.ts";

/**
 * `GET /archive/events`: events as they happen (protocol 9.1). It needs no CSRF header, which an EventSource cannot send: the
 * request changes nothing, and pages of other origins cannot read the answer.
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
