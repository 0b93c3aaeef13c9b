import { Type, type TObject, type TSchema } from "@sinclair/typebox";
import { LEVELS } from "../../records/records.ts";
import { versionsOf, type DescribedMethod } from "../define-method.ts";
import { METHODS } from "../methods.ts";
import { redeemUploadTokenMany } from "../photo/redeem-upload-token-many.ts";
import { photoIds } from "../photo-fields.ts";
import { documented } from "./operation.ts";

const level = Type.Unsafe<string>({
  type: "string",
  enum: [...LEVELS],
  description: "The caller's own level.",
});

const error = {
  status: Type.Literal("error"),
  permission_level: level,
  code: Type.String({ description: "For programs, such as `invalid_input`." }),
  message: Type.String({ description: "For people." }),
};

const site = Type.Object({
  domain: Type.String(),
  product_key: Type.String(),
  site_id: Type.String(),
  site_name: Type.String(),
});

/** What the answers refer to. V1 knows strings only, but for the flags of a list. */
export const schemas: Record<string, TSchema> = {
  ...Object.fromEntries(
    [...METHODS, redeemUploadTokenMany].flatMap((method: DescribedMethod) => {
      const { name, fields, paged } = method.output;
      return versionsOf(method).map((version) =>
        version === 2 ? [name, mapped(fields, documented)] : [`${name}V1`, strings(fields, paged)],
      );
    }),
  ),
  PhotoIds: photoIds,
  PhotoIdsV1: strings(photoIds),
  Site: site,
  Error: Type.Object(error),
  ErrorV1: Type.Object({ ...error, site: ref("Site"), endpoint: Type.String() }),
};

export function ref(name: string): TSchema {
  return Type.Unsafe({ $ref: `#/components/schemas/${name}` });
}

/** Any of these, each named once. */
export function oneOf(some: TSchema[]): TSchema {
  const distinct = some.filter(
    (one, index) => some.findIndex((other) => Bun.deepEquals(one, other)) === index,
  );
  const [only, ...more] = distinct;
  return only && more.length === 0 ? only : Type.Unsafe({ oneOf: distinct });
}

/** Success in version 2. */
export function envelopeV2(data: TSchema, beside: TObject["properties"] = {}): TSchema {
  return Type.Object({
    status: Type.Literal("ok"),
    permission_level: level,
    cached: Type.Boolean(),
    message: Type.String(),
    ...beside,
    data,
  });
}

/** Success in version 1 as JSON: the object stands under its own key. */
export function envelopeV1(own: TObject["properties"]): TSchema {
  return Type.Object({
    status: Type.Literal("ok"),
    message: Type.String(),
    permission_level: level,
    cached: Type.String(),
    p: Type.String(),
    size: Type.String(),
    site: ref("Site"),
    ...own,
    endpoint: Type.String({ description: "The method's path." }),
  });
}

function strings(schema: TObject, withFlags = false): TObject {
  return mapped(schema, ({ description, type, blank }, name) => {
    const words = description === undefined ? {} : { description };
    if (withFlags && name.endsWith("_p") && blank)
      return Type.Unsafe({ enum: [0, 1, ""], ...words });
    if (withFlags && name.endsWith("_p")) return Type.Integer({ minimum: 0, maximum: 1, ...words });
    const flags = blank ? ["1", "0", ""] : ["1", "0"];
    return type === "boolean" ? Type.String({ enum: flags, ...words }) : Type.String(words);
  });
}

function mapped(schema: TObject, map: (property: TSchema, name: string) => TSchema): TObject {
  const properties = Object.entries<TSchema>(schema.properties).map(
    ([name, property]) => [name, map(property, name)] as const,
  );
  return { ...schema, properties: Object.fromEntries(properties) };
}
