import { Type } from "@sinclair/typebox";
import { methodPath } from "../define-method.ts";
import type { Version } from "../envelope.ts";
import { redeemForm, redeemQuery } from "../photo/redeem-fields.ts";
import { commonParameters } from "./common-parameters.ts";
import { form, operationId, parameters, type Describe } from "./operation.ts";
import type { Own } from "./own.ts";
import { redeemAnswers, testAnswers } from "./redeem-answers.ts";
import { tagOf } from "../topics.ts";

const PATH = "photo/redeem-upload-token";

const post = (
  version: Version,
  { address }: Own,
) => `Sends a file, whole or in chunks. The upload token is the only credential, so browsers call
this on other web origins too (CORS). Fields may come in any order, before and after the file; one that
is not listed here is an *extra parameter*, given back with the outcome.

### A whole file

It needs \`upload_token\` and \`file\`, and no field of a chunk:

\`\`\`sh
curl -F upload_token="$TOKEN" -F file=@party.jpg \\
  ${address}${methodPath(PATH, version)}
\`\`\`

Its answer is the outcome. It cannot be asked for again: what must survive a lost answer is sent as a chunk, if only one.

### A file in chunks

This is what [Resumable.js](https://github.com/23/resumable.js) sends: one request for each chunk, with
\`resumableChunkNumber\`, \`resumableChunkSize\`, \`resumableTotalSize\` and \`resumableIdentifier\`, in any
order and in parallel. The last chunk may be shorter, or longer by the remainder. A chunk that is stored is
answered \`ok\`; the one that makes the file complete is answered with the outcome. Send a chunk again after
a lost answer as often as you like: it stays one file, one use of the token, one photo.

\`\`\`js
const sending = new Resumable({
  target: "${address}${methodPath(PATH, version)}",
  query: { upload_token: token },
});
sending.assignBrowse(document.querySelector("button"));
sending.on("fileAdded", () => sending.upload());
\`\`\`

Other uploaders are understood in their own words: flow.js (\`flowChunkNumber\`, …), Dropzone with \`chunking\`
(\`dzchunkindex\`, …) and jQuery File Upload with \`maxChunkSize\` (\`Content-Range: bytes start-end/total\`). The first of
these that is complete counts, and none of their names is an extra parameter. A \`Content-Range\` must agree with the
parameters and with the bytes that come.

### The outcome

| the token has | success | failure |
|---|---|---|
| no \`return_url\` | 200, an envelope with \`photo_id\`, \`tree_id\`, \`token\` | ${version === 1 ? "200, an error envelope" : "400, 413 or 415, an error envelope"} |
| \`return_url\` | 301 to it, with these in the query | 301 to it, with \`error_message\` |
| \`return_url\` and \`background_return_p\` | 200 \`ok domain tree_id photo_id token callback_url\`; the server calls \`return_url\` itself (the callback of get-upload-token) | 200 \`error message\`; the same |

Whatever the token has, a chunk that will never do is answered 500 at once.

### What to do next

Go on at 200. Give up at 400, 403, 404 and 500${version === 2 ? ", 413 and 415" : ""}. Try again at 408, 503 and
507, and when the connection breaks.`;

const test = `Asks whether a chunk is stored, as Resumable.js does before it sends one: 200 yes, 204 no. Nothing
is changed, and the answer is never a redirect.`;

const put = (
  version: Version,
  { address }: Own,
) => `The same as POST. Shown here with the other kind of body that POST, PUT and PATCH take: the
file's or chunk's bytes themselves, and the parameters in the query (Resumable.js and flow.js with \`method: 'octet'\`,
jQuery File Upload with \`multipart: false\`). A body may be called any type that this server takes as well. The name may come as \`Content-Disposition: attachment; filename="…"\`.

\`\`\`sh
curl -T party.jpg -H "Content-Type: application/octet-stream" \\
  "${address}${methodPath(PATH, version)}?upload_token=$TOKEN&resumableFilename=party.jpg"
\`\`\``;

export function describeRedeemUploadToken(
  version: Version,
): Record<"get" | "post" | "put" | "patch", Describe> {
  const shared = { tags: [tagOf("sending", version)], security: [] };
  const query = [...parameters(redeemQuery), ...commonParameters[version]];
  const body = { required: true, content: form(redeemForm, "multipart/form-data") };
  const schema = Type.Unsafe({ ...redeemForm.properties.file });
  const types = ["application/octet-stream", "image/*", "video/*", "audio/*"];
  const bytes = Object.fromEntries(types.map((type) => [type, { schema }]));
  return {
    post: async (own) => ({
      ...shared,
      operationId: operationId("redeemUploadToken", version),
      summary: "Redeem an upload token: send a file",
      description: post(version, own),
      parameters: commonParameters[version],
      requestBody: body,
      responses: await redeemAnswers(version, own),
    }),
    get: async (own) => ({
      ...shared,
      operationId: operationId("redeemUploadToken", version, "Test"),
      summary: "Ask whether a chunk is stored",
      description: test,
      parameters: query,
      responses: await testAnswers(version, own),
    }),
    put: async (own) => ({
      ...shared,
      operationId: operationId("redeemUploadToken", version, "ByPut"),
      summary: "Redeem an upload token: the body is the file",
      description: put(version, own),
      parameters: query,
      requestBody: { required: true, content: bytes },
      responses: await redeemAnswers(version, own),
    }),
    patch: async (own) => ({
      ...shared,
      operationId: operationId("redeemUploadToken", version, "ByPatch"),
      summary: "The same as POST",
      description: "The same as POST and PUT, for clients that are set to PATCH.",
      parameters: commonParameters[version],
      requestBody: body,
      responses: await redeemAnswers(version, own),
    }),
  };
}
