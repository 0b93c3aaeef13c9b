import { Type, type TObject, type TSchema } from "@sinclair/typebox";
import type { DocumentDecoration } from "elysia";
import { described, parameters, text } from "./operation.ts";
import { EXAMPLE } from "../examples.ts";
import { PAGES } from "../topics.ts";

const tags = [PAGES];
const security: Record<string, string[]>[] = [];
const html = { "text/html": { schema: Type.String() } };
const bytes = { schema: Type.Unsafe({ type: "string", format: "binary" }) };

export const describeUploadPage: DocumentDecoration = described(() => ({
  operationId: "uploadPage",
  tags,
  summary: "The ready-made upload page",
  description: `Where a visitor picks files and sends them, in chunks that survive a lost connection. It
is the \`upload_url\` that get-upload-token answers. Where the token has a passphrase, the page asks for it first.`,
  parameters: parameters(
    Type.Object({
      upload_token: Type.String({
        description: "From get-upload-token.",
        examples: [EXAMPLE.uploadToken],
      }),
    }),
    "path",
  ),
  responses: {
    200: { description: "The page.", content: html },
    404: {
      description: "The upload token is not known, used up or too old: a page that says so.",
      content: html,
    },
  },
  security,
}));

export const describeHealth: DocumentDecoration = described(() => ({
  operationId: "health",
  tags,
  summary: "Whether the server is up",
  description: "For load balancers and monitors.",
  responses: {
    200: {
      description: "The server is up.",
      content: {
        "application/json": {
          schema: Type.Object({ status: Type.Literal("ok") }),
          examples: { ok: { summary: "Up", value: { status: "ok" } } },
        },
      },
    },
  },
  security,
}));

const SENTENCES: Record<string, { description: string; examples: (string | number)[] }> = {
  tree_id: { description: "From the outcome of the upload.", examples: [EXAMPLE.photo.treeId] },
  photo_id: { description: "From the outcome of the upload.", examples: [EXAMPLE.photo.id] },
  token: {
    description: "The photo's own secret, from the outcome of the upload or from list.",
    examples: [EXAMPLE.photo.token],
  },
  format: {
    description:
      "`original`: the bytes as they were uploaded. Or one of the thumbnails that list has: they have no metadata, no location, no camera.",
    examples: ["original"],
  },
  filename: {
    description: "Any name: it gives the address an ending that people know. It is not looked at.",
    examples: [EXAMPLE.photo.original.filename],
  },
};

const QUERY = Type.Object({
  inline: Type.Optional(
    Type.String({
      description:
        "`1`: to be shown in the browser's window, where it is a picture, film or sound of a type that browsers show safely. Everything else is a download anyway.",
      examples: ["1"],
    }),
  ),
  v: Type.Optional(
    Type.String({
      description:
        "The `original_version` of list: browsers keep the file for a year under such an address, since its bytes never change.",
      examples: [String(EXAMPLE.photo.original.id)],
    }),
  ),
});

const HEADERS = Type.Object({
  Range: Type.Optional(
    Type.String({
      description: "The bytes that are wanted (RFC 9110): one range or several.",
      examples: ["bytes=0-1023"],
    }),
  ),
});

const validators = {
  ETag: { description: "Another one when the bytes are replaced.", schema: Type.String() },
  "Cache-Control": {
    description: "`private, no-cache`; with `v`, `private, max-age=31536000, immutable`.",
    schema: Type.String(),
  },
};

const ofTheFile = {
  ...validators,
  "Last-Modified": { description: "When the upload was complete.", schema: Type.String() },
  "Content-Disposition": {
    description: "`attachment`, or `inline`, with the file's own name.",
    schema: Type.String(),
  },
  "Repr-Digest": {
    description: "SHA-256 of the whole file (RFC 9530), when it is known.",
    schema: Type.String(),
  },
};

/** @param path the route's own schema of its address */
export function describeFile(path: TObject): DocumentDecoration {
  const named = "filename" in path.properties;
  return described(() => ({
    operationId: named ? "fileByName" : "file",
    tags,
    summary: named ? "Download a file under a name" : "Download a file",
    description: `A photo in one of its formats, for whoever knows the photo's token, published or
not. The addresses \`one\` and \`original_download\` of list lead to its \`original\`, those such as \`medium_download\` to its thumbnails. Ranges and conditions (If-None-Match, If-Modified-Since, If-Range,
If-Match, If-Unmodified-Since) work as RFC 9110 has them, HEAD too, and scripts of any page may read the answer (CORS), without credentials.`,
    parameters: [
      ...parameters(
        Type.Object(
          Object.fromEntries(
            Object.entries<TSchema>(path.properties).map(([name, schema]) => [
              name,
              { ...schema, ...SENTENCES[name], examples: SENTENCES[name]?.examples.map(String) },
            ]),
          ),
        ),
        "path",
      ),
      ...parameters(QUERY),
      ...parameters(HEADERS, "header"),
    ],
    responses: {
      200: {
        description:
          "The file, with the media type that was found in its content: of a photo or video, or of what else the operator takes (`REDEEM_TYPES`). No browser opens it as a page: it is an attachment unless `inline` is asked for, `nosniff`, and its policy lets nothing run.",
        headers: ofTheFile,
        content: { "*/*": bytes },
      },
      206: {
        description:
          "The bytes that a `Range` header asked for. Several ranges are a `multipart/byteranges`; those that overlap are one.",
        headers: {
          ...ofTheFile,
          "Content-Range": {
            description: "Which bytes of how many; of a `multipart/byteranges` each part has one.",
            schema: Type.String(),
          },
        },
        content: { "*/*": bytes },
      },
      304: { description: "The file is the one that the caller has.", headers: validators },
      400: text("`inline` or `v` is malformed.", {
        inline: { summary: "Malformed", value: "The parameter 'inline' is 1 or 0." },
      }),
      404: text("There is no such photo, or the token is not its own; or it has no such format.", {
        missing: { summary: "Not found", value: "There is no such photo." },
        format: { summary: "No format", value: 'The photo has no format "huge".' },
        pending: {
          summary: "Not made yet: `Retry-After` says when to ask again",
          value: "This thumbnail is not made yet.",
        },
      }),
      412: text("A condition (If-Match, If-Unmodified-Since) says that other bytes were meant.", {
        replaced: {
          summary: "Replaced",
          value: "The file is not the one that was asked for: its bytes were replaced.",
        },
      }),
      416: text(
        "The range begins behind the end of the file.",
        {
          behind: {
            summary: "Behind the end",
            value: "The file has 2481022 bytes, and the range begins behind them.",
          },
        },
        {
          "Content-Range": {
            description: "How many bytes there are: `bytes */2481022`.",
            schema: Type.String(),
          },
        },
      ),
    },
    security,
  }));
}

export const HIDDEN: DocumentDecoration = { hide: true };
