import { Type } from "@sinclair/typebox";
import { noSuchPhoto, Problem } from "../../problem.ts";
import type { Level } from "../../records/records.ts";
import { ANONYMOUS, requireLevel } from "../caller.ts";
import { methodPath } from "../define-method.ts";
import { renderSuccess, type Version } from "../envelope.ts";
import { EXAMPLE } from "../examples.ts";
import type { FileMethod } from "../photo/file-method.ts";
import { photoIds } from "../photo-fields.ts";
import { envelopes, refusalCase, unavailable, type Case } from "./answers.ts";
import { exampleReturn } from "./callback.ts";
import { NOT_SUPPORTED, redirect, refusalsOf, refusedFiles, TOO_LARGE } from "./file-refusals.ts";
import type { DescribedAnswer, Content } from "./operation.ts";
import type { Own } from "./own.ts";
import { envelopeV1, envelopeV2, ref } from "./schemas.ts";

const EMPTY = new Problem("no_file", "The file is empty.");

const stored = { summary: "A chunk is stored, others are missing", value: "ok" };

type Answers = Record<number, DescribedAnswer>;

/** The answers of POST, PUT and PATCH. */
export function fileAnswers(method: FileMethod, version: Version, own: Own): Promise<Answers> {
  return method.refuses === "lines"
    ? redeemAnswers(method, version, own)
    : directAnswers(method, version, own);
}

/** Of a method that redeems: the token says where the outcome goes. */
async function redeemAnswers(method: FileMethod, version: Version, own: Own): Promise<Answers> {
  const refused = caseOf(method, version, own, "anonymous");
  const kind = method.docs.token ?? "upload";
  const returns = [
    exampleReturn(own, { photo: EXAMPLE.photo }, kind),
    exampleReturn(own, { errorMessage: EMPTY.message }, kind),
  ];
  const refusals = refusalsOf(method);
  const shared = { 301: redirect(returns), ...refusals, ...refusedFiles };
  const outcomes = { ...lines(method, own), ...page() };
  const gone = kind === "replace" ? [noSuchPhoto()] : [];
  if (version === 1) {
    const refusedOnes = [NOT_SUPPORTED, TOO_LARGE, EMPTY, ...gone].map(refused);
    const cases = [success(method, 1, own), ...refusedOnes];
    return {
      200: {
        description: `A chunk is stored (\`ok\`), or the outcome: the \`ok\` or \`error\` line with
\`background_return_p\`, an envelope without \`return_url\` (XML, or JSON with \`format=json\`). Errors of a whole file
have 200 as well.`,
        content: { ...(await envelopes(1, cases)), ...outcomes },
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
      content: { ...(await envelopes(2, [success(method, 2, own)])), ...outcomes },
    },
    ...shared,
    // Where a token has no return_url, these are answered in an envelope.
    400: await both(refusals[400], [refused(EMPTY)]),
    ...(gone.length > 0 ? { 404: await both(refusals[404], gone.map(refused)) } : {}),
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

/** Of a method that answers the outcome itself. */
async function directAnswers(method: FileMethod, version: Version, own: Own): Promise<Answers> {
  const { token } = method.docs;
  const refused = caseOf(method, version, own, "anonymous");
  const byWriter = caseOf(method, version, own, "write");
  const denied = [deniedBy(2, method), deniedBy(1, method)] as const;
  const wrongKey = new Problem("invalid_signature", "The API key is not valid.");
  const wrongInput = new Problem(
    "invalid_input",
    "return_url is not taken here: it is for a token, and the outcome is the answer.",
  );
  const refusals = refusalsOf(method);
  const unknown = token === undefined ? [] : [refused(unknownToken(refusals))];
  const gone = token === undefined ? [] : [byWriter(noSuchPhoto())];
  const plainOk = { "text/plain": { schema: Type.String(), examples: { stored } } };
  if (version === 1) {
    const cases = [
      success(method, 1, own),
      ...[NOT_SUPPORTED, TOO_LARGE, EMPTY, wrongInput].map(byWriter),
      ...[wrongKey, denied[1]].map(refused),
      ...unknown,
      ...gone,
    ];
    return {
      200: {
        description:
          "A chunk is stored (`ok`), or the outcome or an error in an envelope: XML, or JSON with `format=json`.",
        content: { ...(await envelopes(1, cases)), ...plainOk },
      },
      ...refusals,
      ...refusedFiles,
    };
  }
  const inEnvelope = async (description: string, problem: Problem) => ({
    description,
    content: await envelopes(2, [byWriter(problem)]),
  });
  const notFound = refusals[404];
  return {
    200: {
      description: "A chunk is stored (`ok`), or the outcome.",
      content: { ...(await envelopes(2, [success(method, 2, own)])), ...plainOk },
    },
    ...refusals,
    ...refusedFiles,
    400: await both(refusals[400], [EMPTY, wrongInput].map(byWriter)),
    401: await both(refusals[401], [wrongKey, denied[0]].map(refused)),
    403: await both(refusals[403], [caseOf(method, 2, own, "read")(denied[1])]),
    ...(notFound ? { 404: await both(notFound, [...unknown, ...gone]) } : {}),
    413: await inEnvelope("A whole file is larger than is taken.", TOO_LARGE),
    415: await inEnvelope("A whole file is no photo or video that is taken.", NOT_SUPPORTED),
  };
}

/** What is answered by a line for a chunk, and in an envelope for a whole file. */
async function both(byLine: DescribedAnswer | undefined, cases: Case[]): Promise<DescribedAnswer> {
  const description = byLine?.description ?? "";
  return { description, content: { ...byLine?.content, ...(await envelopes(2, cases)) } };
}

function caseOf({ path }: FileMethod, version: Version, own: Own, level: Level) {
  return (problem: Problem) => refusalCase(own, version, methodPath(path, version), problem, level);
}

function unknownToken(refusals: ReturnType<typeof refusalsOf>): Problem {
  const { unknown } = refusals[404]?.content?.["text/plain"]?.examples ?? {};
  return new Problem("invalid_upload_token", String(unknown?.value));
}

function deniedBy(version: Version, { docs }: FileMethod): Problem {
  try {
    requireLevel(ANONYMOUS, docs.level ?? "write", version);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("an example of a refusal was not refused");
}

/** The answers of GET. */
export async function testAnswers(
  method: FileMethod,
  version: Version,
  own: Own,
): Promise<Answers> {
  const returns = method.refuses === "lines";
  const examples = { stored, ...(returns ? { finished: okLine(method, own) } : {}) };
  const plain = { schema: Type.String(), examples };
  return {
    200: {
      description: `The chunk is stored. Once the file is finished, every chunk is, and the body is
the outcome: ${returns ? "the `ok` line where the token has a `return_url`, else the envelope" : "the envelope"}.`,
      content: {
        "text/plain": plain,
        ...(await envelopes(version, [success(method, version, own)])),
      },
    },
    204: { description: "The chunk is not stored: send it." },
    ...refusalsOf(method),
    ...unavailable,
  };
}

function okLine({ docs }: FileMethod, own: Own) {
  const { id, treeId, token } = EXAMPLE.photo;
  const url = exampleReturn(own, { photo: EXAMPLE.photo }, docs.token);
  return {
    summary: "The file is complete: ok domain tree_id photo_id token callback_url",
    value: `ok ${own.site.domain} ${treeId} ${id} ${token} ${url}`,
  };
}

function lines(method: FileMethod, own: Own): Content {
  const refused = {
    summary: "A whole file is not taken, with background_return_p",
    value: `error ${NOT_SUPPORTED.message}`,
  };
  const examples = { stored, finished: okLine(method, own), refused };
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

function success({ path, key, message, docs }: FileMethod, version: Version, own: Own): Case {
  const { id, treeId, token } = EXAMPLE.photo;
  const data = { photo_id: id, tree_id: treeId, token };
  const answer = { level: docs.level ?? ("anonymous" as const), message, key, data, beside: data };
  return {
    name: "ok",
    summary: docs.level ? "The file is complete" : "The file is complete, without return_url",
    json:
      version === 1
        ? envelopeV1({ [key]: ref("PhotoIdsV1") })
        : envelopeV2(ref("PhotoIds"), photoIds.properties),
    render: (style) => renderSuccess(style, answer, own.site, methodPath(path, version)),
  };
}
