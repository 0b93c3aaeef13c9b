import { Type, type TSchema } from "@sinclair/typebox";
import type { Problem } from "../../problem.ts";
import type { Level } from "../../records/records.ts";
import { plainStyle, renderProblem, type Style, type Version } from "../envelope.ts";
import { text, type DescribedAnswer, type Content, type Example } from "./operation.ts";
import type { Own } from "./own.ts";
import { oneOf, ref } from "./schemas.ts";

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

/**
 * A refusal in an envelope.
 * @param endpoint the method's path
 */
export function refusalCase(
  own: Own,
  version: Version,
  endpoint: string,
  problem: Problem,
  level: Level = "anonymous",
): Case {
  const { code, message } = problem;
  return {
    name: code,
    summary: message.length > 60 ? code : message,
    json: ref(version === 1 ? "ErrorV1" : "Error"),
    render: (style) => renderProblem(style, problem, level, own.site, endpoint),
  };
}

const RETRY_AFTER = {
  "Retry-After": {
    description: "Seconds to wait before trying again.",
    schema: Type.Integer({ minimum: 1 }),
  },
};

/** Whatever the method: the server itself cannot do it at the moment. */
export const unavailable: Record<number, DescribedAnswer> = {
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
