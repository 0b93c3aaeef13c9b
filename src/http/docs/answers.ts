import { Type, type TSchema } from "@sinclair/typebox";
import { Problem, type ProblemCode } from "../../problem.ts";
import type { Level } from "../../records/records.ts";
import {
  plainStyle,
  renderProblem,
  type Site,
  type Style,
  type Value,
  type Version,
} from "../envelope.ts";
import { text, type Answer, type Content, type Example } from "./operation.ts";
import { oneOf, ref } from "./schemas.ts";

export const EXAMPLE = {
  site: { domain: "photos.example.com", name: "Redeem" } satisfies Site,
  address: "https://photos.example.com",
  uploadToken: "9TU6HTF44Ri7tRV4bH4Izr1Hn6eBDLbWOrKz8D6ujrhwY0EbIEX6KXTx1Yj0RZB9",
  photo: { photo_id: 42, tree_id: 1, token: "ovNOydrvPU9emYdgiBRk6SnjbJRz5YVI" } satisfies Record<
    string,
    Value
  >,
  endpoint: (version: Version, method: string) =>
    `/api/${version === 2 ? "2/" : ""}photo/${method}`,
};

/** One answer in an envelope: its schema as JSON, and the real renderer for its examples. */
export type Case = {
  name: string;
  summary: string;
  json: TSchema;
  render: (style: Style) => Response;
};

/** Everything that a method may answer with one status, in each format that a caller may ask for. */
export async function envelopes(version: Version, cases: Case[]): Promise<Content> {
  const style = plainStyle(version);
  const bare = { ...style, json: true, raw: true };
  const call = version === 1 ? { ...style, json: true } : { ...style, callback: "show" };
  const objects = await examples(cases, async (one) => JSON.parse(await one.render(bare).text()));
  const scripts = await examples(cases, (one) => one.render(call).text());
  const schemas = cases.map((one) => one.json);
  if (version === 2) {
    return {
      "application/json": { schema: oneOf(schemas), examples: objects },
      "text/javascript": { schema: Type.String(), examples: scripts },
    };
  }
  const xml = {
    schema: Type.String({ description: "As in the examples: all values are text." }),
    examples: await examples(cases, (one) => one.render(style).text()),
  };
  // Version 1 calls all its JSON a script.
  const raw = Object.entries(objects).map(
    ([name, { summary, value }]) =>
      [`${name}_raw`, { summary: `${summary} (raw)`, value }] as const,
  );
  const script = Type.String({ description: "JSON as a script, unless it is asked for `raw`." });
  return {
    "application/xml": xml,
    "text/javascript": {
      schema: oneOf([script, ...schemas]),
      examples: { ...scripts, ...Object.fromEntries(raw) },
    },
  };
}

async function examples(
  cases: Case[],
  value: (one: Case) => Promise<unknown>,
): Promise<Record<string, Example>> {
  const all = cases.map(
    async (one) => [one.name, { summary: one.summary, value: await value(one) }] as const,
  );
  return Object.fromEntries(await Promise.all(all));
}

/** An error in an envelope. */
export function errorCase(
  version: Version,
  method: string,
  code: ProblemCode,
  message: string,
  level: Level = "anonymous",
): Case {
  const problem = new Problem(code, message);
  return {
    name: code,
    summary: message.length > 60 ? code : message,
    json: ref(version === 1 ? "ErrorV1" : "Error"),
    render: (style) =>
      renderProblem(style, problem, level, EXAMPLE.site, EXAMPLE.endpoint(version, method)),
  };
}

export async function errorAnswer(description: string, one: Case): Promise<Answer> {
  return { description, content: await envelopes(2, [one]) };
}

const RETRY_AFTER = {
  "Retry-After": {
    description: "Seconds to wait before trying again.",
    schema: Type.Integer({ minimum: 1 }),
  },
};

/** Whatever the method: the server itself cannot do it at the moment. */
export const unavailable: Record<number, Answer> = {
  503: text(
    "Try again: the server is busy or being stopped, or had an unexpected failure.",
    {
      failure: {
        summary: "Unexpected failure",
        value: "Something went wrong; try again in a moment.",
      },
    },
    RETRY_AFTER,
  ),
  507: text(
    "Try again later: the server's disk is full.",
    {
      full: { summary: "Disk full", value: "The server has no room for this at the moment." },
    },
    RETRY_AFTER,
  ),
};
