import { Type } from "@sinclair/typebox";
import { Problem } from "../../problem.ts";
import { methodPath } from "../define-method.ts";
import { renderSuccess, type Version } from "../envelope.ts";
import { photoIds } from "../photo-fields.ts";
import { envelopes, refusalCase, unavailable, type Case } from "./answers.ts";
import { exampleReturn } from "./callback.ts";
import { EXAMPLE } from "../examples.ts";
import type { DescribedAnswer, Content } from "./operation.ts";
import type { Own } from "./own.ts";
import { NOT_SUPPORTED, redirect, refusals, refusedFiles, TOO_LARGE } from "./redeem-refusals.ts";
import { envelopeV1, envelopeV2, ref } from "./schemas.ts";

const PATH = "photo/redeem-upload-token";
const EMPTY = new Problem("no_file", "The file is empty.");

const stored = { summary: "A chunk is stored, others are missing", value: "ok" };

/** The answers of POST, PUT and PATCH. */
export async function redeemAnswers(
  version: Version,
  own: Own,
): Promise<Record<number, DescribedAnswer>> {
  const refused = (problem: Problem) =>
    refusalCase(own, version, methodPath(PATH, version), problem);
  const returns = [
    exampleReturn(own, { photo: EXAMPLE.photo }),
    exampleReturn(own, { errorMessage: EMPTY.message }),
  ];
  const shared = { 301: redirect(returns), ...refusals, ...refusedFiles };
  if (version === 1) {
    const cases = [success(1, own), ...[NOT_SUPPORTED, TOO_LARGE, EMPTY].map(refused)];
    return {
      200: {
        description: `A chunk is stored (\`ok\`), or the outcome: the \`ok\` or \`error\` line with
\`background_return_p\`, an envelope without \`return_url\` (XML, or JSON with \`format=json\`). Errors of a whole file
have 200 as well.`,
        content: { ...(await envelopes(1, cases)), ...lines(own), ...page() },
      },
      ...shared,
    };
  }
  const inEnvelope = async (description: string, problem: Problem) => ({
    description,
    content: await envelopes(2, [refused(problem)]),
  });
  return {
    200: {
      description: `A chunk is stored (\`ok\`), or the outcome: the \`ok\` or \`error\` line with
\`background_return_p\`, an envelope without \`return_url\`.`,
      content: { ...(await envelopes(2, [success(2, own)])), ...lines(own), ...page() },
    },
    ...shared,
    // Where a token has no return_url, `no_file` is answered in an envelope.
    400: {
      ...refusals[400],
      content: { ...refusals[400].content, ...(await envelopes(2, [refused(EMPTY)])) },
    },
    413: await inEnvelope(
      "A whole file is larger than the server or the token takes, and the token has no `return_url`.",
      TOO_LARGE,
    ),
    415: await inEnvelope(
      "A whole file is no photo or video that is taken, and the token has no `return_url`.",
      NOT_SUPPORTED,
    ),
  };
}

/** The answers of GET. */
export async function testAnswers(
  version: Version,
  own: Own,
): Promise<Record<number, DescribedAnswer>> {
  const plain = { schema: Type.String(), examples: { stored, finished: okLine(own) } };
  return {
    200: {
      description: `The chunk is stored. Once the file is finished, every chunk is, and the body is
the outcome: the \`ok\` line where the token has a \`return_url\`, else the envelope.`,
      content: { "text/plain": plain, ...(await envelopes(version, [success(version, own)])) },
    },
    204: { description: "The chunk is not stored: send it." },
    ...refusals,
    ...unavailable,
  };
}

function okLine(own: Own) {
  const { id, treeId, token } = EXAMPLE.photo;
  const url = exampleReturn(own, { photo: EXAMPLE.photo });
  return {
    summary: "The file is complete: ok domain tree_id photo_id token callback_url",
    value: `ok ${own.site.domain} ${treeId} ${id} ${token} ${url}`,
  };
}

function lines(own: Own): Content {
  const refused = {
    summary: "A whole file is not taken, with background_return_p",
    value: `error ${NOT_SUPPORTED.message}`,
  };
  const examples = { stored, finished: okLine(own), refused };
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

function success(version: Version, own: Own): Case {
  const { id, treeId, token } = EXAMPLE.photo;
  const data = { photo_id: id, tree_id: treeId, token };
  const message = "The file was successfully uploaded";
  const answer = { level: "anonymous" as const, message, key: "upload", data, beside: data };
  return {
    name: "ok",
    summary: "The file is complete, without return_url",
    json:
      version === 1
        ? envelopeV1({ upload: ref("PhotoIdsV1") })
        : envelopeV2(ref("PhotoIds"), photoIds.properties),
    render: (style) => renderSuccess(style, answer, own.site, methodPath(PATH, version)),
  };
}
