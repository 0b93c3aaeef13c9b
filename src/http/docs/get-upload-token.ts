import type { TObject } from "@sinclair/typebox";
import type { DocumentDecoration } from "elysia";
import { renderSuccess, type Data, type Version } from "../envelope.ts";
import { EXAMPLE, envelopes, errorAnswer, errorCase, unavailable, type Case } from "./answers.ts";
import { commonParameters } from "./common-parameters.ts";
import { form, operation, operationId, parameters, type Answer } from "./operation.ts";
import { envelopeV1, envelopeV2, ref } from "./schemas.ts";

const METHOD = "get-upload-token";
const URLENCODED = "application/x-www-form-urlencoded";

const DESCRIPTION = `Called by your backend, with an API key of level \`write\`. Hand the \`upload_token\`
of the answer to the browser, or send the visitor to \`upload_url\`, the ready-made upload page.

Every parameter may be left out; one that is empty counts as absent. A parameter that is not listed here
is an *extra parameter*: it is kept, and given back to \`return_url\` with the outcome. Names that a backend could
read as one of the outcome's own, or of \`return_url\`'s query (\`photo.id\`, \`token[]\`), are left out.

\`\`\`sh
curl -H "Authorization: Bearer $KEY" -d title="Summer party" -d max_uploads=5 \\
  ${EXAMPLE.address}/api/2/photo/get-upload-token
\`\`\``;

const needsWrite =
  "You don't have the necessary permissions to perform this action (required level: 'write')";

const answers: Record<Version, Record<number, Answer>> = {
  1: {
    200: {
      description:
        "XML, or JSON with `format=json`: the token, or an error. Version 1 answers errors with 200 and says `error` in `status`.",
      content: await envelopes(1, [
        success(1),
        errorCase(1, METHOD, "permission_denied", needsWrite),
        errorCase(
          1,
          METHOD,
          "invalid_input",
          'max_uploads must be a whole number from 1 to 1000, not "0".',
          "write",
        ),
      ]),
    },
    ...unavailable,
  },
  2: {
    200: {
      description: "The token and what was granted.",
      content: await envelopes(2, [success(2)]),
    },
    400: await errorAnswer(
      "A parameter is malformed or out of range; the message names it and what it may be.",
      errorCase(
        2,
        METHOD,
        "invalid_input",
        'max_uploads must be a whole number from 1 to 1000, not "0".',
        "write",
      ),
    ),
    401: await errorAnswer(
      "There is no credential (`missing_authentication`), or it is wrong (`invalid_signature`).",
      errorCase(2, METHOD, "invalid_signature", "The API key is not valid."),
    ),
    403: await errorAnswer(
      "The key's level does not include `write`.",
      errorCase(2, METHOD, "permission_denied", needsWrite, "read"),
    ),
    408: await errorAnswer(
      "POST: the form stopped coming. Send it again.",
      errorCase(2, METHOD, "request_timeout", "Nothing was received for 60 seconds."),
    ),
    ...unavailable,
  },
};

/** @param schema the method's parameters */
export function describeGetUploadToken(
  version: Version,
  schema: TObject,
): { get: DocumentDecoration; post: DocumentDecoration } {
  const shared = {
    tags: [`v${version}`],
    description: DESCRIPTION,
    responses: answers[version],
    security: [{ apiKey: [] }],
  };
  return {
    get: operation({
      ...shared,
      operationId: operationId("getUploadToken", version),
      summary: "Get an upload token",
      parameters: [...parameters(schema), ...commonParameters[version]],
    }),
    post: operation({
      ...shared,
      operationId: operationId("getUploadToken", version, "ByPost"),
      summary: "Get an upload token",
      parameters: commonParameters[version],
      requestBody: {
        description: "A parameter in the query counts where the form has no field of its name.",
        required: false,
        content: form(schema, URLENCODED, "multipart/form-data"),
      },
    }),
  };
}

function success(version: Version): Case {
  const { uploadToken, address } = EXAMPLE;
  const data: Data = {
    upload_token: uploadToken,
    title: "Summer party",
    description: "",
    tags: "",
    publish: version === 1 ? true : "t",
    user_id: 1,
    album_id: "",
    max_uploads: 5,
    valid_minutes: version === 1 ? 180 : 360,
    valid_until: 1795495217,
    return_url: "",
    background_return_p: false,
    absolute_url: "",
    publish_date: "",
    upload_url: `${address}/upload/${uploadToken}`,
  };
  const message = "The upload token is ready to use";
  return {
    name: "ok",
    summary: "An upload token",
    json:
      version === 1
        ? envelopeV1({ uploadtoken: ref("UploadTokenV1") })
        : envelopeV2(ref("UploadToken")),
    render: (style) =>
      renderSuccess(
        style,
        { level: "write", message, key: "uploadtoken", data },
        EXAMPLE.site,
        EXAMPLE.endpoint(version, METHOD),
      ),
  };
}
