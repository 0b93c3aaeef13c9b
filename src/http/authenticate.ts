import { Problem } from "../problem.ts";
import { hashSecret, sameSecret } from "../random.ts";
import { ANONYMOUS, type Caller, type Credentials } from "./caller.ts";
import { oauthCaller } from "./oauth.ts";
import { sessionCaller } from "./archive/session-caller.ts";

/**
 * Who is calling. No credential is anonymous; a wrong one is an error, never silently anonymous. A session counts where
 * nothing else is said.
 * @param params the request's query and urlencoded fields, which OAuth signs
 * @throws Problem invalid_signature; origin_refused, session_ended or wrong_csrf of a session
 */
export async function authenticate(
  request: Request,
  params: ReadonlyMap<string, string>,
  credentials: Credentials,
): Promise<Caller> {
  const header = request.headers.get("authorization")?.trim() ?? "";
  const signed = await oauthCaller(request, header, params, credentials);
  if (signed) return signed;
  if (header === "") return (await sessionCaller(request, credentials)) ?? ANONYMOUS;
  const key = /^Bearer\s+(\S+)$/i.exec(header)?.[1];
  if (key === undefined) {
    throw new Problem(
      "invalid_signature",
      "The Authorization header must be 'Bearer' and an API key.",
    );
  }
  return callerOf(key, credentials);
}

/** Whose an API key is. @throws Problem invalid_signature */
export async function callerOf(
  key: string,
  { records, operatorKey }: Pick<Credentials, "records" | "operatorKey">,
): Promise<Caller> {
  if (operatorKey !== undefined && sameSecret(key, operatorKey))
    return { level: "super", userId: 0, apiKey: key };
  const known = await records.keys.byHash(hashSecret(key));
  if (!known || known.revokedAt !== null) {
    throw new Problem("invalid_signature", "The API key is not valid.");
  }
  return { level: known.level, userId: known.id, apiKey: key };
}
