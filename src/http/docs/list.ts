import { Type, type TObject } from "@sinclair/typebox";
import type { DocumentDecoration } from "elysia";
import { refusedToken } from "../../problem.ts";
import { renderList, type Data, type Version } from "../envelope.ts";
import { EXAMPLE, envelopes, errorAnswer, errorCase, unavailable, type Case } from "./answers.ts";
import { commonParameters } from "./common-parameters.ts";
import { form, operation, operationId, parameters, type Answer } from "./operation.ts";
import { envelopeV1, envelopeV2, ref } from "./schemas.ts";

const METHOD = "list";

const DESCRIPTION = `Published photos and videos, newest first, a page at a time. An API key of level \`read\`
is needed, unless the operator has made the archive public (\`REDEEM_PUBLIC_LIST=1\`). Unpublished ones are shown to
such a key with \`include_unpublished_p\`. Whoever knows a photo's \`photo_id\` and \`token\` is shown that photo,
without a key and published or not.`;

const needsRead =
  "You don't have the necessary permissions to perform this action (required level: 'read')";
const noPage = 'size must be a whole number from 1 to 100, not "500".';

const path = `/1/42/${EXAMPLE.photo.token}/original`;

const attributes: Data = {
  ...EXAMPLE.photo,
  title: "Summer party",
  published_p: true,
  publish_date_ansi: "2026-11-23 22:40:17",
  one: path,
  creation_date_ansi: "2026-11-23 22:40:17",
  creation_date__date: "November 23, 2026",
  creation_date__time: "10:40 PM",
  video_p: false,
  audio_p: false,
  video_encoded_p: false,
  text_only_p: false,
  user_id: 1,
  album_id: "",
  absolute_url: "",
  original_filename: "party.jpg",
  original_type: "image/jpeg",
  original_size: 2481022,
  original_download: path,
};

const children: Data = { content: "At the lake.", content_text: "At the lake.", tags: "party" };

const answers: Record<Version, Record<number, Answer>> = {
  1: {
    200: {
      description:
        "XML, or JSON with `format=json`: the photos, or an error. Version 1 answers errors with 200 and says `error` in `status`.",
      content: await envelopes(1, [
        success(1),
        errorCase(1, METHOD, "permission_denied", needsRead),
        errorCase(1, METHOD, "invalid_input", noPage),
      ]),
    },
    ...unavailable,
  },
  2: {
    200: { description: "A page of photos.", content: await envelopes(2, [success(2)]) },
    400: await errorAnswer(
      "A parameter is malformed or out of range; the message names it and what it may be.",
      errorCase(2, METHOD, "invalid_input", noPage),
    ),
    401: await errorAnswer(
      "The credential is wrong (`invalid_signature`), or one is needed and there is none (`missing_authentication`): the archive is not public, or unpublished photos are asked for.",
      errorCase(2, METHOD, "missing_authentication", needsRead),
    ),
    403: await errorAnswer(
      "The credential's level does not include `read`.",
      errorCase(2, METHOD, "permission_denied", needsRead),
    ),
    404: await errorAnswer(
      "The `upload_token` is not known.",
      errorCase(2, METHOD, "invalid_upload_token", refusedToken.unknown().message),
    ),
    408: await errorAnswer(
      "POST: the form stopped coming. Send it again.",
      errorCase(2, METHOD, "request_timeout", "Nothing was received for 60 seconds."),
    ),
    ...unavailable,
  },
};

/** @param schema the method's parameters */
export function describeList(
  version: Version,
  schema: TObject,
): { get: DocumentDecoration; post: DocumentDecoration } {
  const shared = {
    tags: [`v${version}`],
    description: DESCRIPTION,
    responses: answers[version],
    security: [{}, { apiKey: [] }],
  };
  return {
    get: operation({
      ...shared,
      operationId: operationId("list", version),
      summary: "List photos and videos",
      parameters: [...parameters(schema), ...commonParameters[version]],
    }),
    post: operation({
      ...shared,
      operationId: operationId("list", version, "ByPost"),
      summary: "List photos and videos",
      parameters: commonParameters[version],
      requestBody: {
        required: false,
        content: form(schema, "application/x-www-form-urlencoded", "multipart/form-data"),
      },
    }),
  };
}

function success(version: Version): Case {
  const counts = { p: Type.Integer(), size: Type.Integer(), total_count: Type.Integer() };
  const photo = Type.Unsafe({ anyOf: [ref("PhotoV1"), Type.Object({}, { maxProperties: 0 })] });
  return {
    name: "ok",
    summary: "A page of photos",
    json:
      version === 1
        ? envelopeV1({
            photo: { ...photo, description: "The first of them." },
            photos: Type.Array(ref("PhotoV1")),
            total_count: Type.String(),
          })
        : envelopeV2(Type.Array(ref("Photo")), counts),
    render: (style) =>
      renderList(
        style,
        { level: "read", items: [{ attributes, children }], page: 1, size: 20, total: 1 },
        EXAMPLE.site,
        EXAMPLE.endpoint(version, METHOD),
      ),
  };
}
