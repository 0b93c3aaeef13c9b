import { Type } from "@sinclair/typebox";
import { returnFor } from "../../callback/address.ts";
import { renderSuccess, type Version } from "../envelope.ts";
import { EXAMPLE, envelopes, errorAnswer, errorCase, unavailable, type Case } from "./answers.ts";
import type { Answer, Content } from "./operation.ts";
import { NOT_SUPPORTED, redirect, refusals, refusedFiles, TOO_LARGE } from "./redeem-refusals.ts";
import { envelopeV1, envelopeV2, ref, schemas } from "./schemas.ts";

const METHOD = "redeem-upload-token";
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

const shared = {
  301: redirect([callbackUrl, returned({ errorMessage: EMPTY })]),
  ...refusals,
  ...refusedFiles,
};

/** Version 2 has `no_file` too, where a token has no `return_url`. */
const unreadable = {
  ...refusals[400],
  content: {
    ...refusals[400].content,
    ...(await envelopes(2, [errorCase(2, METHOD, "no_file", EMPTY)])),
  },
};

/** The answers of POST, PUT and PATCH. */
export const redeemAnswers: Record<Version, Record<number, Answer>> = {
  1: {
    200: {
      description: `A chunk is stored (\`ok\`), or the outcome: the \`ok\` or \`error\` line with
\`background_return_p\`, an envelope without \`return_url\` (XML, or JSON with \`format=json\`). Errors of a whole file
have 200 as well.`,
      content: {
        ...(await envelopes(1, [
          success(1),
          errorCase(1, METHOD, "file_not_supported", NOT_SUPPORTED),
        ])),
        ...lines(),
        ...page(),
      },
    },
    ...shared,
  },
  2: {
    200: {
      description: `A chunk is stored (\`ok\`), or the outcome: the \`ok\` or \`error\` line with
\`background_return_p\`, an envelope without \`return_url\`.`,
      content: { ...(await envelopes(2, [success(2)])), ...lines(), ...page() },
    },
    ...shared,
    400: unreadable,
    413: await errorAnswer(
      "A whole file is larger than the server or the token takes, and the token has no `return_url`.",
      errorCase(2, METHOD, "file_too_large", TOO_LARGE),
    ),
    415: await errorAnswer(
      "A whole file is no photo or video that is taken, and the token has no `return_url`.",
      errorCase(2, METHOD, "file_not_supported", NOT_SUPPORTED),
    ),
  },
};

/** The answers of GET. */
export const testAnswers: Record<Version, Record<number, Answer>> = {
  1: { ...asked(await envelopes(1, [success(1)])), ...refusals, ...unavailable },
  2: { ...asked(await envelopes(2, [success(2)])), ...refusals, ...unavailable },
};

function asked(envelope: Content): Record<number, Answer> {
  const plain = { schema: Type.String(), examples: { stored, finished: okLine } };
  return {
    200: {
      description: `The chunk is stored. Once the file is finished, every chunk is, and the body is
the outcome: the \`ok\` line where the token has a \`return_url\`, else the envelope.`,
      content: { "text/plain": plain, ...envelope },
    },
    204: { description: "The chunk is not stored: send it." },
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
