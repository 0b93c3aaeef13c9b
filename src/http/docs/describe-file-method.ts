import { methodPath } from "../define-method.ts";
import type { Version } from "../envelope.ts";
import type { FileMethod } from "../photo/file-method.ts";
import { askQuery, fileField, fileForm, fileQuery } from "../photo/redeem-fields.ts";
import { tagOf } from "../topics.ts";
import { commonParameters } from "./common-parameters.ts";
import { fileAnswers, testAnswers } from "./file-answers.ts";
import { form, operationId, parameters, type Describe } from "./operation.ts";
import type { Own } from "./own.ts";

const post = ({ path, refuses, docs }: FileMethod, version: Version, { address }: Own) => {
  const url = address + methodPath(path, version);
  const enveloped = version === 1 ? "200, an error envelope" : "400, 413 or 415, an error envelope";
  const redeemed = `| the token has | success | failure |
|---|---|---|
| no \`return_url\` | 200, an envelope with \`photo_id\`, \`tree_id\`, \`token\` | ${enveloped} |
| \`return_url\` | 301 to it, with these in the query | 301 to it, with \`error_message\` |
| \`return_url\` and \`background_return_p\` | 200 \`ok domain tree_id photo_id token callback_url\`; the server calls \`return_url\` itself (the callback of get-${docs.token}-token) | 200 \`error message\`; the same |

Whatever the token has, a chunk that will never do is answered 500 at once.`;
  const direct = `200, an envelope with \`photo_id\`, \`tree_id\` and \`token\`; a failure is ${version === 1 ? "200 as well" : "answered with its status"}, in an error envelope.
A chunk that is not taken is answered by a line of text and its status in both versions, 500 where the file will never do.`;
  const script = docs.script
    ? `

\`\`\`js
const sending = new Resumable({
  target: "${url}",
  query: ${docs.script},
});
sending.assignBrowse(document.querySelector("button"));
sending.on("fileAdded", () => sending.upload());
\`\`\``
    : "";
  return `${docs.description}

### A whole file

It needs ${docs.needs}, and no field of a chunk:

\`\`\`sh
curl ${docs.curl} -F file=@party.jpg \\
  ${url}
\`\`\`

Its answer is the outcome. It cannot be asked for again: what must survive a lost answer is sent as a chunk, if only one.

### A file in chunks

This is what [Resumable.js](https://github.com/23/resumable.js) sends: one request for each chunk, with
\`resumableChunkNumber\`, \`resumableChunkSize\`, \`resumableTotalSize\` and \`resumableIdentifier\`, in any
order and in parallel. The last chunk may be shorter, or longer by the remainder. A chunk that is stored is
answered \`ok\`; the one that makes the file complete is answered with the outcome. Send a chunk again after
a lost answer as often as you like: it stays one file${docs.token === undefined ? "" : ", one use of the token"}${docs.token === "replace" ? "" : ", one photo"}.${script}

Other uploaders are understood in their own words: flow.js (\`flowChunkNumber\`, …), Dropzone with \`chunking\`
(\`dzchunkindex\`, …) and jQuery File Upload with \`maxChunkSize\` (\`Content-Range: bytes start-end/total\`). The first of
these that is complete counts, and none of their names is an extra parameter. A \`Content-Range\` must agree with the
parameters and with the bytes that come.

### Hashes

Say \`digest=sha-256:…\` (hexadecimal or base64; or \`sha-512\`) with a chunk or a whole file, and damage on the way is found: nothing of it is kept. For
a complete file in chunks say \`file_digest\` with any of them. The headers \`Content-Digest\` and \`Repr-Digest\` (RFC 9530) say
the same of the body and of the complete file.

### The outcome

${refuses === "lines" ? redeemed : direct}

### What to do next

Go on at 200. Give up at 400, 403, 404 and 500${version === 2 ? ", 413 and 415" : ""}. Try again at 408, 503 and
507, and when the connection breaks.`;
};

const test = `Asks whether a chunk is stored, as Resumable.js does before it sends one: 200 yes, 204 no. Nothing
is changed, and the answer is never a redirect.`;

const put = ({ path, docs }: FileMethod, version: Version, { address }: Own) => {
  const { words, query } = docs.octets;
  return `The same as POST. Shown here with the other kind of body that POST, PUT and PATCH take: the
file's or chunk's bytes themselves, and the parameters in the query (Resumable.js and flow.js with \`method: 'octet'\`,
jQuery File Upload with \`multipart: false\`). A body may be called any type that this server takes as well. The name may come as \`Content-Disposition: attachment; filename="…"\`.

\`\`\`sh
curl -T party.jpg ${words}-H "Content-Type: application/octet-stream" \\
  "${address}${methodPath(path, version)}?${query}resumableFilename=party.jpg"
\`\`\``;
};

/** What the document says of a method that takes a file, in one version and by each verb. */
export function describeFileMethod(
  method: FileMethod,
  version: Version,
): Record<"get" | "post" | "put" | "patch", Describe> {
  const { operation, topic, summary, security, others } = method.docs;
  const [title = summary] = summary.split(":");
  const shared = { tags: [tagOf(topic, version)], security };
  const asked = [...parameters(askQuery(method.fields)), ...commonParameters[version]];
  const query = [...parameters(fileQuery(method.fields)), ...commonParameters[version]];
  const content = form(fileForm(method.fields, others), "multipart/form-data");
  const types = ["application/octet-stream", "image/*", "video/*", "audio/*"];
  const bytes = Object.fromEntries(types.map((type) => [type, { schema: fileField }]));
  return {
    post: async (own) => ({
      ...shared,
      operationId: operationId(operation, version),
      summary,
      description: post(method, version, own),
      parameters: commonParameters[version],
      requestBody: { required: true, content },
      responses: await fileAnswers(method, version, own),
    }),
    get: async (own) => ({
      ...shared,
      operationId: operationId(operation, version, "Test"),
      summary: "Ask whether a chunk is stored",
      description: test,
      parameters: asked,
      responses: await testAnswers(method, version, own),
    }),
    put: async (own) => ({
      ...shared,
      operationId: operationId(operation, version, "ByPut"),
      summary: `${title}: the body is the file`,
      description: put(method, version, own),
      parameters: query,
      requestBody: { required: true, content: bytes },
      responses: await fileAnswers(method, version, own),
    }),
    patch: async (own) => ({
      ...shared,
      operationId: operationId(operation, version, "ByPatch"),
      summary: "The same as POST",
      description: "The same as POST and PUT, for clients that are set to PATCH.",
      parameters: commonParameters[version],
      requestBody: { required: true, content },
      responses: await fileAnswers(method, version, own),
    }),
  };
}
