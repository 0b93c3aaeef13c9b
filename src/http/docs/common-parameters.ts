import { Type } from "@sinclair/typebox";
import type { Version } from "../envelope.ts";
import { parameters, type Parameter } from "./operation.ts";

const callback = Type.Optional(
  Type.String({
    pattern: "^[\\w$.]{1,100}$",
    description: "JSONP: the JSON is wrapped in a call of this function.",
    examples: ["show"],
  }),
);

const v1 = Type.Object({
  format: Type.Optional(
    Type.Unsafe<string>({
      type: "string",
      enum: ["xml", "json"],
      description:
        "`xml` is the default. `json` gives `var visual = {...}`, unless `raw`, `varname` or `callback` say otherwise.",
      examples: ["json"],
    }),
  ),
  raw: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1,
      description: "With `format=json`: 1 gives the bare JSON object.",
      examples: [1],
    }),
  ),
  varname: Type.Optional(
    Type.String({
      pattern: "^[\\w$.]{1,100}$",
      description: "With `format=json`: the variable's name, in place of `visual`.",
      examples: ["answer"],
    }),
  ),
  callback,
});

const v2 = Type.Object({
  fields: Type.Optional(
    Type.String({
      description: "Only these members of `data`, comma separated.",
      examples: ["title,tags"],
    }),
  ),
  callback,
});

/** How the answer is to be written, the same for every method (protocol 2). */
export const commonParameters: Record<Version, Parameter[]> = {
  1: parameters(v1),
  2: parameters(v2),
};
