import { Type } from "@sinclair/typebox";
import { returnFor } from "../../callback/address.ts";
import { refusedToken } from "../../problem.ts";
import { renderSuccess, type Version } from "../envelope.ts";
import { EXAMPLE, envelopes, errorAnswer, errorCase, unavailable, type Case } from "./answers.ts";
import { text, type Answer, type Content } from "./operation.ts";
import { envelopeV1, envelopeV2, ref, schemas } from "./schemas.ts";

const METHOD = "redeem-upload-token";
const NOT_SUPPORTED =
  "The file type is not supported: this is not a photo or video. Photos and videos are taken.";
const EMPTY = "The file is empty.";
const RETURN = { returnUrl: "https://www.example.com/thanks?event=7", extra: {} };

const { photo_id: id, tree_id: treeId, token } = EXAMPLE.photo;
const returned = (outcome: Parameters<typeof returnFor>[3]) =>
  returnFor(RETURN, EXAMPLE.site.domain, EXAMPLE.uploadToken, outcome, {})?.url ?? "";
const callbackUrl = returned({ photo: { id, treeId, token } });

const stored = { summary: "A chunk is stored, others are missing", value: "ok" };
const okLine = {
  summary: "The file is complete: ok domain tree_id photo_id token callback_url",
  value: `ok ${EXAMPLE.site.domain} ${treeId} ${id} ${token} ${callbackUrl}`,
};

/** The answers of POST, PUT and PATCH. */
export const redeemAnswers: Record<Version, Record<number, Answer>> = {
  1: {
    200: {
      description: `A chunk is stored (\`ok\`), or the outcome: the \`ok\` or \`error\` line with
\`background_return_p\`, an envelope without \`return_url\`. Errors of a whole file have 200 as well.`,
      content: {
        ...(await envelopes(1, [
          success(1),
          errorCase(1, METHOD, "file_not_supported", NOT_SUPPORTED),
        ])),
        ...lines(),
        ...page(),
      },
    },
    ...refusals(),
  },
  2: {
    200: {
      description: `A chunk is stored (\`ok\`), or the outcome: the \`ok\` or \`error\` line with
\`background_return_p\`, an envelope without \`return_url\`.`,
      content: { ...(await envelopes(2, [success(2)])), ...lines(), ...page() },
    },
    ...refusals((await errorAnswer("", errorCase(2, METHOD, "no_file", EMPTY))).content),
    413: await errorAnswer(
      "A whole file is larger than the server or the token takes, and the token has no `return_url`.",
      errorCase(2, METHOD, "file_too_large", tooLarge()),
    ),
    415: await errorAnswer(
      "A whole file is no photo or video that is taken, and the token has no `return_url`.",
      errorCase(2, METHOD, "file_not_supported", NOT_SUPPORTED),
    ),
  },
};

/** The answers of GET. */
export const testAnswers: Record<Version, Record<number, Answer>> = {
  1: test(await envelopes(1, [success(1)])),
  2: test(await envelopes(2, [success(2)])),
};

function test(envelope: Content): Record<number, Answer> {
  const {
    400: unreadable,
    403: refused,
    404: unknown,
  } = refusals() as Required<(typeof redeemAnswers)[1]>;
  const plain = { schema: Type.String(), examples: { stored, finished: okLine } };
  return {
    200: {
      description: `The chunk is stored. Once the file is finished, every chunk is, and the body is
the outcome: the \`ok\` line where the token has a \`return_url\`, else the envelope.`,
      content: { "text/plain": plain, ...envelope },
    },
    204: { description: "The chunk is not stored: send it." },
    ...(unreadable && refused && unknown ? { 400: unreadable, 403: refused, 404: unknown } : {}),
    ...unavailable,
  };
}

function lines(): Content {
  const refused = {
    summary: "A whole file is not taken, with background_return_p",
    value: `error ${NOT_SUPPORTED}`,
  };
  const examples = { stored, finished: okLine, refused };
  return { "text/plain": { schema: Type.String(), examples } };
}

function page(): Content {
  return {
    "text/html": {
      schema: Type.String({
        description: `In place of the 301 where the address would be too long: a page whose form posts
the same fields to \`return_url\` by itself.`,
      }),
    },
  };
}

/** @param envelope what 400 may be beside a line of text */
function refusals(envelope: Content = {}): Record<number, Answer> {
  const unreadable = text("The request cannot be read: do not send it again as it is.", {
    number: {
      summary: "A number that is none",
      value: 'resumableChunkNumber must be a whole number, not "one".',
    },
    body: {
      summary: "The body was cut off",
      value: "The request's body cannot be read: Unexpected end of form.",
    },
  });
  return {
    301: {
      description: `The outcome, where the token has a \`return_url\` and no \`background_return_p\`:
the browser goes there with \`photo_id\`, \`tree_id\` and \`token\`, or with \`error_message\`.`,
      headers: {
        Location: {
          description: `\`return_url\` with the outcome, such as \`${callbackUrl}\` or \`${returned({ errorMessage: EMPTY })}\``,
          schema: Type.String(),
        },
      },
    },
    400: { ...unreadable, content: { ...unreadable.content, ...envelope } },
    403: text("The token is for another web origin than that of the page.", {
      origin: {
        summary: "Another origin",
        value: "The upload token may not be used from this web origin.",
      },
    }),
    404: text("The upload token will not do. Nothing is stored; do not try again.", {
      unknown: { summary: "Missing or unknown", value: refusedToken.unknown().message },
      used: { summary: "Used up", value: refusedToken.used().message },
      expired: { summary: "Too late", value: refusedToken.expired().message },
    }),
    408: text("Nothing was received for a while: send it again.", {
      stalled: { summary: "Stalled", value: "Nothing was received for 60 seconds." },
    }),
    500: text("The file will never be taken, so that a client gives it up. Chunks only.", {
      type: { summary: "File type", value: NOT_SUPPORTED },
      large: { summary: "Too large", value: tooLarge() },
      size: {
        summary: "Wrong chunk size",
        value: "Chunk 2 has the wrong chunk size: 1048576 bytes were expected and 1000000 came.",
      },
      beyond: {
        summary: "Number beyond the file",
        value: "Chunk 9 of 1048576 bytes lies beyond the end of the file of 2481022 bytes.",
      },
    }),
    ...unavailable,
  };
}

function tooLarge(): string {
  return "The file is too large: at most 10 MiB (10485760 bytes) are taken.";
}

function success(version: Version): Case {
  const ids = EXAMPLE.photo;
  const message = "The file was successfully uploaded";
  return {
    name: "ok",
    summary: "The file is complete, without return_url",
    json:
      version === 1
        ? envelopeV1({ upload: ref("PhotoIdsV1") })
        : envelopeV2(ref("PhotoIds"), schemas.PhotoIds.properties),
    render: (style) =>
      renderSuccess(
        style,
        { level: "anonymous", message, key: "upload", data: ids, beside: ids },
        EXAMPLE.site,
        EXAMPLE.endpoint(version, METHOD),
      ),
  };
}
