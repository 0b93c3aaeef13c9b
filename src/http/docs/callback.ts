import { Type } from "@sinclair/typebox";
import { returnFor, type Outcome } from "../../callback/address.ts";
import { sign } from "../../callback/send.ts";
import type { TokenKind } from "../../problem.ts";
import { photoIds } from "../photo-fields.ts";
import { EXAMPLE } from "../examples.ts";
import { form, parameters, type DescribedAnswer, type Operation } from "./operation.ts";
import type { Own } from "./own.ts";
import { tagOf } from "../topics.ts";

const OF_SUCCESS = {
  photo_id: {
    description: "Of the photo that was made. Success only, with the next two.",
    examples: [EXAMPLE.photo.id],
  },
  tree_id: { description: "Of the photo that was made.", examples: [EXAMPLE.photo.treeId] },
  token: {
    description: "The photo's own secret: 32 characters 0-9A-Za-z.",
    examples: [EXAMPLE.photo.token],
  },
};

/** The fields of an outcome (protocol 4.3). */
const outcomeFields = (kind: TokenKind) =>
  Type.Object(
    {
      domain: Type.String({
        description: "Host of this site, without port.",
        examples: ["photos.example.com"],
      }),
      [`${kind}_token`]: Type.String({
        description: "The token that was redeemed.",
        examples: [kind === "upload" ? EXAMPLE.uploadToken : EXAMPLE.replaceToken],
      }),
      photo_id: Type.Optional(told("photo_id")),
      tree_id: Type.Optional(told("tree_id")),
      token: Type.Optional(told("token")),
      error_message: Type.Optional(
        Type.String({
          description: "Why there is no photo, for people. Failure only.",
          examples: ["The file is empty."],
        }),
      ),
    },
    {
      additionalProperties: Type.String({
        description: `The extra parameters of get-${kind}-token and of the upload.`,
      }),
    },
  );

function told<Name extends keyof typeof OF_SUCCESS>(name: Name) {
  return { ...photoIds.properties[name], ...OF_SUCCESS[name] };
}

/** An example's secret: `redeem secret` prints the real one. */
const EXAMPLE_SECRET = "8d1f0c6e2b7a4953";

const signedHeaders = (signature: string) =>
  Type.Object({
    "Redeem-Delivery": Type.String({
      description: "An id, the same for each attempt: by it you know a callback that you have had.",
      examples: ["V1StGXR8Z5jdHi6BmyT0"],
    }),
    "Redeem-Signature": Type.String({
      pattern: "^t=\\d+,v1=[0-9a-f]{64}$",
      description: "The moment of the attempt in Unix seconds, and the signature.",
      examples: [signature],
    }),
  });

/** What the address of the return is, for an upload with the example's token. */
export function exampleReturn(own: Own, outcome: Outcome, kind: TokenKind = "upload"): string {
  const replaces = kind === "replace" ? EXAMPLE.photo.id : null;
  const token = { returnUrl: EXAMPLE.returnUrl, extra: {}, replaces };
  const text = kind === "replace" ? EXAMPLE.replaceToken : EXAMPLE.uploadToken;
  return returnFor(token, own.site.domain, text, outcome, {})?.url ?? "";
}

/**
 * The request that the server makes to `return_url`, by GET or, where the address would be too long, by POST.
 * @param id of the operation that asks for it
 * @param verb in whose query or form the `return_url` is
 * @param kind of the token whose outcome it is
 */
export function outcomeCallbacks(
  own: Own,
  id: string,
  verb: "get" | "post",
  kind: TokenKind,
): NonNullable<Operation["callbacks"]> {
  const where = verb === "get" ? "{$request.query.return_url}" : "{$request.body#/return_url}";
  const url = exampleReturn(own, { photo: EXAMPLE.photo }, kind);
  const fields = outcomeFields(kind);
  const shared = { tags: [tagOf("tokens", 2)], security: [], responses: answers };
  const headersOf = (body: string) =>
    parameters(
      signedHeaders(sign(url, body, EXAMPLE_SECRET, EXAMPLE.photo.createdAt)),
      "header",
    ).map((header) => ({ ...header, required: true }));
  return {
    outcome: {
      [where]: {
        get: {
          ...shared,
          operationId: `${id}Outcome`,
          summary: "The outcome of an upload, in the query",
          description: description(url),
          parameters: [...parameters(fields), ...headersOf("")],
        },
        post: {
          ...shared,
          operationId: `${id}OutcomeByPost`,
          summary: "The outcome of an upload, as a form",
          description: `The same where the query would be 1500 characters or more: a POST to \`return_url\` itself, with
the fields as a form. Its body is signed as it was sent.`,
          parameters: headersOf(`${kind}_token=…`),
          requestBody: {
            required: true,
            content: form(fields, "application/x-www-form-urlencoded"),
          },
        },
      },
    },
  };
}

const answers: Record<string, DescribedAnswer> = {
  "2XX": { description: "Taken. What you answer is not looked at." },
  "3XX": { description: "Taken too. The redirect is not followed." },
  default: { description: "Not taken: it is tried again." },
};

const description = (
  url: string,
) => `Made by the server for every file of a token with \`return_url\` and \`background_return_p\`, when the photo is there or
the upload has failed. Without \`background_return_p\` the browser is sent to the same address instead, without the headers.

\`return_url\` keeps its own query; these fields are added, and the extra parameters:

\`\`\`
${url}
\`\`\`

**Retries.** Each callback is made at least once, so take it twice without harm. Any answer but 2xx and 3xx, none within
30 seconds, or a broken connection is followed by another attempt: after 5 seconds, then twice as long each time, up to
an hour, for 24 hours and 16 times at least. The upload does not wait for it.

**Verify the signature**, so that nobody else can tell you of photos. \`v1\` is HMAC-SHA256, with the secret that \`redeem
secret\` prints, over \`t\`, a dot, the full address that was called, a dot, and the body (nothing for GET):

\`\`\`js
import { createHmac, timingSafeEqual } from "node:crypto";

/** signature: the header; url: the full public address that was called; body: "" for GET. */
export function isFromRedeem(signature, url, body, secret) {
  const [, t, v1] = /^t=(\\d+),v1=([0-9a-f]{64})$/.exec(signature ?? "") ?? [];
  if (!v1 || Math.abs(Date.now() / 1000 - Number(t)) > 300) return false;
  const expected = createHmac("sha256", secret).update(\`\${t}.\${url}.\${body}\`).digest("hex");
  return timingSafeEqual(Buffer.from(v1), Buffer.from(expected));
}
\`\`\`

Private, loopback and link-local addresses are not called, unless the operator allows it.`;
