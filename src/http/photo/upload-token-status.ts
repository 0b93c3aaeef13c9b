import { Type, type Static } from "@sinclair/typebox";
import { refusedToken } from "../../problem.ts";
import { maxSizeOf } from "../../upload/limits.ts";
import { requireStanding, type Standing } from "../../upload/token-status.ts";
import { unixSeconds } from "../dates.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import { holderOf, lockedRefusals, ownUploadToken, unlockFields } from "./with-upload-token.ts";

const STATES = ["open", "busy", "used", "expired", "revoked"] as const;

const opened = "Only where `unlocked_p`.";

const fields = Type.Object({
  state: Type.Union(
    STATES.map((state) => Type.Literal(state)),
    {
      description:
        "`open`: a file may be sent. `busy`: uses are left, and files under way hold each of them at this moment. `used`: every use is a photo. `expired`: no file may begin any more; one that has begun may go on until `grace_until`. `revoked`.",
    },
  ),
  max_uploads: Type.Integer(),
  consumed: Type.Integer({ description: "Uses that have become photos." }),
  reserved: Type.Integer({ description: "Uses that files under way hold at this moment." }),
  remaining: Type.Integer({ description: "`max_uploads` without `consumed`." }),
  free: Type.Integer({ description: "Uses that can be had: neither consumed nor reserved." }),
  valid_until: Type.Integer({ description: "Until then files may begin. Unix seconds." }),
  grace_until: Type.Integer({
    description: "Until then files that have begun may go on. Unix seconds.",
  }),
  now: Type.Integer({ description: "The server's clock. Unix seconds." }),
  passphrase_p: Type.Boolean({ description: "The token has a passphrase." }),
  unlocked_p: Type.Boolean({
    description: "It has none, or the call has opened it.",
  }),
  upload_grant: Type.Optional(
    Type.String({
      description: `What stands for the right passphrase from now on; empty where the token has none. ${opened}`,
    }),
  ),
  max_size: Type.Optional(Type.Integer({ description: `Largest file, in bytes. ${opened}` })),
  types: Type.Optional(
    Type.String({
      description: `Media types and ranges that are taken, comma separated. ${opened}`,
    }),
  ),
  ask: Type.Optional(
    Type.String({
      description: `What a guest is asked, comma separated: \`name\`, \`note\`. ${opened}`,
    }),
  ),
});

/** `upload-token-status`: what a page that sends files has to know of its token from time to time (protocol 4.8). */
export const uploadTokenStatus = defineMethod({
  path: "photo/upload-token-status",
  versions: [2],
  level: "anonymous",
  topic: "sending",
  summary: "Ask how an upload token stands",
  description: `How many files an upload token still takes, until when, and whether it takes any at this moment: for a page that stays open
while others use the same token, or revoke it. It is cheap: ask every few seconds if you like. A token that is expired, used up or revoked is
answered as well; one that is not known is 404.

For a token with a passphrase this is where that is said first: the answer has the \`upload_grant\` that goes with every further call in its place.`,
  input: Type.Object({ upload_token: ownUploadToken, ...unlockFields }),
  output: object({ name: "UploadTokenStatus", key: "status", message: "", fields }),
  example: {
    input: { upload_token: EXAMPLE.uploadToken },
    output: () =>
      describe(
        {
          token: { ...EXAMPLE.token, consumed: 2 },
          state: "open",
          uses: { consumed: 2, reserved: 1, free: 2 },
        },
        "",
        {
          now: EXAMPLE.token.createdAt + 60_000,
          graceMs: 24 * 3_600_000,
          maxSize: 100 * 1024 ** 3,
          types: ["image/*", "video/*"],
        },
      ),
  },
  refusals: [
    { problem: refusedToken.unknown, when: "The `upload_token` is not known." },
    ...lockedRefusals.filter(({ problem }) => problem().code !== "passphrase_required"),
  ],
  run: async (call, { records, passphrases, graceMs, maxSize, types, ...context }) => {
    const { uploadToken, said, origin, client } = holderOf(call);
    const now = context.now();
    const standing = await requireStanding(records, uploadToken, origin, now);
    const owner = { token: standing.token, uploadToken };
    const isOpened = await passphrases.opens(owner, said, client);
    const grant = isOpened ? passphrases.grantOf(owner) : undefined;
    return describe(standing, grant, { now, graceMs, maxSize, types });
  },
});

/** @param grant undefined where the call has not opened the token */
function describe(
  { token, state, uses }: Standing,
  grant: string | undefined,
  site: { now: number; graceMs: number; maxSize: number; types: readonly string[] },
): Static<typeof fields> {
  return {
    state,
    max_uploads: token.maxUploads,
    consumed: uses.consumed,
    reserved: uses.reserved,
    remaining: token.maxUploads - uses.consumed,
    free: uses.free,
    valid_until: unixSeconds(token.validUntil),
    grace_until: unixSeconds(token.validUntil + site.graceMs),
    now: unixSeconds(site.now),
    passphrase_p: token.passphraseHash !== null,
    unlocked_p: grant !== undefined,
    ...(grant === undefined
      ? {}
      : {
          upload_grant: grant,
          max_size: maxSizeOf(token, site.maxSize),
          types: (token.types ?? site.types).join(","),
          ask: token.ask.join(","),
        }),
  };
}
