import { Type, type TSchema } from "@sinclair/typebox";
import { methodPath, type Method } from "../define-method.ts";
import type { Version } from "../envelope.ts";
import { outcomeCallbacks } from "./callback.ts";
import { commonParameters } from "./common-parameters.ts";
import { answersOf } from "./method-answers.ts";
import { form, inWords, operationId, parameters } from "./operation.ts";
import type { Content, Describe, Parameter } from "./operation.ts";
import type { Own } from "./own.ts";
import { tagOf } from "../topics.ts";

type Verb = "get" | "post";

/** What the document says of a declared method in one version and by one verb. */
export function describeMethod(method: Method, version: Version, verb: Verb): Describe {
  const { path, input, level } = method;
  const id = operationId(nameOf(path), version, verb === "post" ? "ByPost" : "");
  const common = commonParameters[version];
  const verbs =
    verb === "get"
      ? { parameters: [...parameters(input), ...anyOther(method), ...common] }
      : {
          parameters: common,
          requestBody: {
            description: "A parameter in the query counts where the form has no field of its name.",
            required: false,
            content: bodyOf(method),
          },
        };
  return async (own) => ({
    operationId: id,
    tags: [tagOf(method.topic, version)],
    summary: method.summary,
    description: `${method.description}\n\n${curl(method, version, verb, own)}`,
    ...verbs,
    responses: await answersOf(method, version, own),
    security: level === "anonymous" ? [{}, { apiKey: [] }] : [{ apiKey: [] }],
    ...(method.returns ? { callbacks: outcomeCallbacks(own, id, verb, method.returns) } : {}),
  });
}

/** `getUploadToken` of `photo/get-upload-token`, `siteGet` of `site/get`. */
function nameOf(path: string): string {
  return path
    .replace(/^photo\//, "")
    .replace(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** Where a method takes any parameter: Swagger UI has one box for all of them. */
function anyOther({ input, example }: Method): Parameter[] {
  const schema = input.additionalProperties as TSchema | undefined;
  if (!schema) return [];
  return [
    {
      name: "parameters",
      in: "query",
      required: false,
      description: "Any parameters, each under its own name.",
      schema: Type.Unsafe({ type: "object", additionalProperties: schema }),
      style: "form",
      explode: true,
      example: example.input,
    },
  ];
}

/** Where a method takes any parameter, its example fills the box that Swagger UI shows: it would make up names otherwise. */
function bodyOf({ input, example }: Method): Content {
  const content = form(input, "application/x-www-form-urlencoded", "multipart/form-data");
  if (!input.additionalProperties) return content;
  return Object.fromEntries(
    Object.entries(content).map(([type, { schema }]) => [type, { schema, example: example.input }]),
  );
}

function curl({ path, level, example }: Method, version: Version, verb: Verb, own: Own): string {
  const words = [
    ...(verb === "get" ? ["-G"] : []),
    ...(level === "anonymous" ? [] : ['-H "Authorization: Bearer $KEY"']),
    ...Object.entries(example.input).map(
      ([name, value]) => `--data-urlencode ${quoted(`${name}=${inWords(value)}`)}`,
    ),
  ];
  return `\`\`\`sh\ncurl ${words.join(" ")} \\\n  ${own.address}${methodPath(path, version)}\n\`\`\``;
}

function quoted(word: string): string {
  return /^[\w=.,:/@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
