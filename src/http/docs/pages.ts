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
is the \`upload_url\` that get-upload-token answers.`,
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
  filename: {
    description: "Any name: it gives the address an ending that people know. It is not looked at.",
    examples: [EXAMPLE.photo.original.filename],
  },
};

/** @param path the route's own schema of its address */
export function describeOriginal(path: TObject): DocumentDecoration {
  const named = "filename" in path.properties;
  return described(() => ({
    operationId: named ? "originalByName" : "original",
    tags,
    summary: named ? "Download a file under a name" : "Download a file",
    description: `The bytes as they were uploaded, for whoever knows the photo's token, published or
not. The addresses \`one\` and \`original_download\` of list lead here.`,
    parameters: parameters(
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
    responses: {
      200: {
        description:
          "The file, with the media type that was found in its content: of a photo or video, or of what else the operator takes (`REDEEM_TYPES`). No browser opens it as a page: it is an attachment, `nosniff`, and its policy lets nothing run.",
        headers: {
          "Content-Disposition": {
            description: "`attachment`, with the file's own name.",
            schema: Type.String(),
          },
        },
        content: { "*/*": bytes },
      },
      206: {
        description: "The bytes that a `Range` header asked for.",
        content: { "*/*": bytes },
      },
      404: text("There is no such photo, or the token is not its own.", {
        missing: { summary: "Not found", value: "There is no such photo." },
      }),
    },
    security,
  }));
}

export const HIDDEN: DocumentDecoration = { hide: true };
