import { Type, type TSchema } from "@sinclair/typebox";
import { Problem } from "../../problem.ts";
import { LEVELS, type Level } from "../../records/records.ts";
import { ANONYMOUS, requireLevel } from "../caller.ts";
import { methodPath, type DescribedMethod, type MethodRefusal } from "../define-method.ts";
import { readStyle, renderResult, type Version } from "../envelope.ts";
import { readParameters } from "../parameters.ts";
import { envelopes, refusalCase, unavailable, type Case } from "./answers.ts";
import type { DescribedAnswer } from "./operation.ts";
import type { Own } from "./own.ts";
import { envelopeV1, envelopeV2, ref } from "./schemas.ts";

/** What a method answers, by status: success, and what it and every method refuse. */
export async function answersOf(
  method: DescribedMethod,
  version: Version,
  own: Own,
): Promise<Record<number, DescribedAnswer>> {
  const endpoint = methodPath(method.path, version);
  const refusals = refusalsOf(method, version);
  const asCase = ({ problem, level }: Refused) =>
    refusalCase(own, version, endpoint, problem(), level);
  const success = successOf(method, version, own);
  if (version === 1) {
    const cases = distinct([success, ...refusals.map(asCase)]);
    const description =
      "XML, or JSON with `format=json`: the outcome, or an error. Version 1 answers errors with 200 and says `error` in `status`.";
    return { 200: { description, content: await envelopes(1, cases) }, ...unavailable };
  }
  const answers: Record<number, DescribedAnswer> = {
    200: { description: "The outcome.", content: await envelopes(2, [success]) },
  };
  for (const [status, some] of Map.groupBy(refusals, ({ problem }) => problem().status)) {
    answers[status] = {
      description: some.map(({ when }) => when).join(" "),
      content: await envelopes(2, distinct(some.map(asCase))),
    };
  }
  return { ...answers, ...unavailable };
}

function successOf(method: DescribedMethod, version: Version, own: Own): Case {
  const { path, level, output, example } = method;
  const enclosed = {
    ...output.enclose(example.output(own.address, version), version),
    level,
  };
  const endpoint = methodPath(path, version);
  return {
    name: "ok",
    summary: "Success",
    json: schemaOf(method, version),
    render: (style) => renderResult(style, enclosed, own.site, endpoint),
  };
}

/** Where pages are told apart by `after`, each says what the next one is. */
const following = ({ properties }: DescribedMethod["input"]) =>
  Object.hasOwn(properties, "after")
    ? { next: Type.Optional(Type.String({ description: "For `after`, where there are more." })) }
    : {};

function schemaOf({ input, output }: DescribedMethod, version: Version): TSchema {
  const { name, key, paged, beside } = output;
  if (version === 2) {
    const counts = {
      p: Type.Integer(),
      size: Type.Integer(),
      total_count: Type.Integer(),
      ...following(input),
    };
    const again = beside === undefined ? {} : { [beside]: Type.Array(ref(name)) };
    return paged
      ? envelopeV2(Type.Array(ref(name)), { ...counts, ...again })
      : envelopeV2(ref(name));
  }
  const own = ref(`${name}V1`);
  if (!paged) return envelopeV1({ [key]: own });
  const none = Type.Object({}, { maxProperties: 0 });
  const first = Type.Unsafe({ anyOf: [own, none], description: "The first of them." });
  return envelopeV1({
    [key]: first,
    [`${key}s`]: Type.Array(own),
    total_count: Type.String(),
    ...following(input),
  });
}

type Refused = MethodRefusal & { level?: Level };

/** Its own, and those of every method. */
function refusalsOf(method: DescribedMethod, version: Version): Refused[] {
  const { level, sometimes, refusals = [] } = method;
  const needed = level === "anonymous" ? sometimes : { level, when: "" };
  const levels: Refused[] = [];
  if (needed) {
    const denied = (by: Version) => () => thrown(() => requireLevel(ANONYMOUS, needed.level, by));
    const where = needed.when === "" ? "" : ` ${needed.when}`;
    if (version === 2) {
      levels.push({
        problem: denied(2),
        when: `There is no credential, and one is needed${where}.`,
      });
    }
    const when = `The credential's level does not include \`${needed.level}\`, which is needed${where}.`;
    const below = LEVELS[LEVELS.indexOf(needed.level) - 1] ?? "none";
    levels.push({ problem: denied(1), when, level: version === 1 ? "anonymous" : below });
  }
  return [
    {
      problem: () => badInput(method),
      when: "A parameter is malformed or out of range; the message names it and what it may be.",
      ...(level === "anonymous" ? {} : { level }),
    },
    {
      problem: () => new Problem("invalid_signature", "The API key is not valid."),
      when: "The credential is wrong.",
    },
    ...levels,
    ...refusals,
    ...(version === 2 ? [STALLED] : []),
  ];
}

const STALLED: Refused = {
  problem: () => new Problem("request_timeout", "Nothing was received for 60 seconds."),
  when: "POST: the form stopped coming. Send it again.",
};

/** What the first number that has a limit is told beyond it; else what every method says of a body. */
function badInput({ input }: DescribedMethod): Problem {
  for (const [name, { maximum }] of Object.entries<TSchema>(input.properties)) {
    if (maximum === undefined || maximum === Number.MAX_SAFE_INTEGER) continue;
    return thrown(() => readParameters(input, new Map([[name, String(maximum + 1)]])));
  }
  return thrown(() => readStyle(2, new Map([["callback", "show()"]])));
}

function thrown(act: () => unknown): Problem {
  try {
    act();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("an example of a refusal was not refused");
}

/** An example's name stands for one. */
function distinct(cases: Case[]): Case[] {
  return [...new Map(cases.toReversed().map((one) => [one.name, one])).values()].toReversed();
}
