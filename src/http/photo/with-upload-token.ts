import { Type } from "@sinclair/typebox";
import { refusedToken } from "../../problem.ts";
import { passphraseRequired, tooManyAttempts, wrongPassphrase } from "../../upload/passphrase.ts";
import type { WithToken } from "../../upload/update-token.ts";
import type { MethodRefusal } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";

/** The credential of methods that whoever sent files may call. */
export const ownUploadToken = Type.String({
  maxLength: 100,
  allowed: "the upload token that the files are sent with",
  description: "The upload token that the files are sent with.",
  examples: [EXAMPLE.uploadToken],
});

/** What opens an upload token that has a passphrase (protocol 4.7). */
export const unlockFields = {
  upload_grant: Type.Optional(
    Type.String({
      maxLength: 200,
      secret: true,
      description:
        "Of a token with a passphrase: what upload-token-status answers for the right one. It holds as long as the token.",
      examples: [EXAMPLE.uploadGrant],
    }),
  ),
  passphrase: Type.Optional(
    Type.String({
      secret: true,
      description: "The passphrase itself, in place of `upload_grant`.",
      examples: [EXAMPLE.passphrase],
    }),
  ),
};

/** What such a token is refused with. */
export const lockedRefusals: readonly MethodRefusal[] = [
  {
    problem: passphraseRequired,
    when: "The token has a passphrase, and the call has neither that nor an `upload_grant`.",
  },
  { problem: wrongPassphrase, when: "The passphrase is wrong." },
  {
    problem: () => tooManyAttempts(15_000),
    when: "Too many wrong passphrases were tried: `Retry-After` says when the next one may be.",
  },
];

/** What methods are refused with that whoever sent files may call, with their upload token (protocol 6). */
export const holderRefusals: readonly MethodRefusal[] = [
  { problem: refusedToken.unknown, when: "The `upload_token` is not known, or was revoked." },
  { problem: refusedToken.expired, when: "It has expired, and the time behind that is over." },
  ...lockedRefusals,
];

/** What a call of such a method says of who it is. */
export function holderOf({
  input,
  origin,
  client,
}: {
  input: {
    upload_token: string;
    upload_grant?: string | undefined;
    passphrase?: string | undefined;
  };
  origin: string | null;
  client: string | undefined;
}): WithToken {
  const said = { grant: input.upload_grant, passphrase: input.passphrase };
  return { uploadToken: input.upload_token, said, origin, client };
}

const identifier = (uploader: string, example: string) =>
  Type.Optional(
    Type.String({
      maxLength: 1024,
      description: `Only the file that has this identifier in ${uploader}.`,
      examples: [example],
    }),
  );

/** What names one file of an upload token, by uploader (protocol 4.2). */
export const identifierFields = {
  resumableIdentifier: identifier("Resumable.js", "2481022-partyjpg"),
  flowIdentifier: identifier("flow.js", "2481022-partyjpg"),
  dzuuid: identifier("Dropzone", "7d0f1a52-3f1e-4e0d-9a55-1f0b6f1d8f11"),
};
