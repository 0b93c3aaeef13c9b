import { newFileName } from "../files/names.ts";
import type { Problem } from "../problem.ts";
import type { Extra, Identity } from "../records/records.ts";
import type { Membership } from "./locks.ts";
import { backgroundDelivery } from "./outcome.ts";
import { deleteFailed } from "./delete-upload.ts";
import { decideRefusal, type Refusal } from "./end-rules.ts";
import { noUse } from "./token.ts";
import type { Owner, UploadContext } from "./types.ts";

/** What is refused, and how much of it. */
export type Refused = {
  owner: Owner;
  /** An upload that has begun; or the identity of one that has not. */
  upload: { id: number } | { identity: Identity };
  scope: Refusal["scope"];
  /** The request's place among those at work on the upload, where it has joined them. */
  work?: Membership;
  /** The request's extra parameters. */
  extra: Extra;
};

/**
 * Refuses a file for good. Only here is a refusal recorded, its background callback queued, and the log told. Where it
 * ends the upload, the use is released and the bytes are deleted.
 * @param problem what is wrong with the file, or with its token
 * @throws Problem where the file could not have begun: no use was free for it
 */
export async function refuse(
  context: UploadContext,
  { owner, upload: of, scope, work, extra }: Refused,
  problem: Problem,
): Promise<void> {
  const { records, now } = context;
  // From this moment on no chunk of the upload that still comes in may be recorded.
  if (work && scope === "upload") work.shared.failure = problem;
  const all = "id" in of ? { ...(await records.uploads.extra(of.id)), ...extra } : extra;
  const refusal: Refusal = {
    failure: { code: problem.code, message: problem.message },
    delivery: backgroundDelivery(context, owner, { errorMessage: problem.message }, all),
    scope,
    alone: work?.isAlone() ?? false,
  };
  const begun =
    "id" in of
      ? null
      : { identity: of.identity, filename: of.identity.filename, file: newFileName() };
  const { value, upload } = await records.uploads.transact(
    "id" in of ? of : { tokenId: owner.token.id, identity: of.identity },
    now(),
    (view) => decideRefusal(view, refusal, begun, now()),
    { durable: true },
  );
  if (value === "used" || value === "too many") throw noUse(owner.token, value, false);
  context.events.emit({
    kind: "refused",
    token: owner.token.id,
    upload: upload?.id ?? null,
    code: problem.code,
    why: problem.message,
  });
  if (value === "failed" && work) work.shared.failure = problem;
  // Also where it failed before: when the photo was removed that it replaces, which left its bytes; or before this request
  // opened its account.
  if (upload?.state === "failed") await deleteFailed(context, upload);
  if (refusal.delivery) context.onDelivery();
}
