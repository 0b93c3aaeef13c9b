import { returnFor, type Outcome } from "../callback/address.ts";
import { Problem } from "../problem.ts";
import type { Extra, NewDelivery, Photo, Upload } from "../records/records.ts";
import type { Finished, Owner, UploadContext } from "./types.ts";

/** The callback that the server makes itself for an outcome; null where the token wants none. */
export function backgroundDelivery(
  { domain }: Pick<UploadContext, "domain">,
  { token, uploadToken }: Pick<Owner, "token" | "uploadToken">,
  outcome: Outcome,
  extra: Extra,
): NewDelivery | null {
  if (!token.backgroundReturn) return null;
  const returns = returnFor(token, domain, uploadToken, outcome, extra);
  if (!returns) return null;
  return {
    id: crypto.randomUUID(),
    method: returns.method,
    host: new URL(returns.url).host,
    url: returns.url,
    body: returns.method === "POST" ? new URLSearchParams(returns.fields).toString() : "",
  };
}

/** The outcome of a file that is a photo. */
export function finishedAs(
  { domain }: Pick<UploadContext, "domain">,
  { token, uploadToken }: Owner,
  photo: Photo,
  extra: Extra,
): Finished {
  return { token, photo, returns: returnFor(token, domain, uploadToken, { photo }, extra) };
}

/** The answer for an upload whose photo is in the trash, or removed: its client stops (protocol 4.2). */
export function photoDeleted(): Problem {
  return new Problem("no_such_photo", "The photo was deleted.");
}

/**
 * The outcome of an upload that has finished before, for a client that asks again (protocol 4.2).
 * @throws Problem no_such_photo where its photo was deleted since
 */
export async function outcomeOf(
  context: Pick<UploadContext, "domain" | "records">,
  owner: Owner,
  upload: Pick<Upload, "id">,
): Promise<Finished> {
  const photo = await context.records.photos.byUpload(upload.id);
  if (!photo || photo.deletedAt !== null) throw photoDeleted();
  return finishedAs(context, owner, photo, await context.records.uploads.extra(upload.id));
}
