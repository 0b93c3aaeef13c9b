import { Type, type TObject, type TSchema } from "@sinclair/typebox";
import { LEVELS } from "../../records/records.ts";

const uploadToken = Type.Object({
  upload_token: Type.String({ description: "The token to redeem: 64 characters 0-9A-Za-z." }),
  title: Type.String(),
  description: Type.String(),
  tags: Type.String(),
  publish: Type.String({ description: "`t` or `f`; in version 1 `1` or `0`." }),
  user_id: Type.Integer(),
  album_id: Type.String(),
  max_uploads: Type.Integer(),
  valid_minutes: Type.Integer(),
  valid_until: Type.Integer({ description: "Unix seconds." }),
  return_url: Type.String(),
  background_return_p: Type.Boolean(),
  absolute_url: Type.String(),
  publish_date: Type.String({ description: "`YYYY-MM-DD HH:MM:SS` (UTC), or empty." }),
  upload_url: Type.String({ description: "The ready-made upload page for this token." }),
  max_size: Type.Optional(Type.Integer({ description: "Only where it was asked for." })),
  types: Type.Optional(Type.String({ description: "Only where it was asked for." })),
  origin: Type.Optional(Type.String({ description: "Only where it was asked for." })),
});

const photoIds = Type.Object({
  photo_id: Type.Integer({ minimum: 1 }),
  tree_id: Type.Integer({ minimum: 1 }),
  token: Type.String({ description: "The photo's own secret: 32 characters 0-9A-Za-z." }),
});

const photo = Type.Object({
  ...photoIds.properties,
  title: Type.String(),
  published_p: Type.Boolean(),
  publish_date_ansi: Type.String({ description: "`YYYY-MM-DD HH:MM:SS` (UTC)." }),
  one: Type.String({
    description: "Address of the photo, from the host's root: with the path of REDEEM_PUBLIC_URL.",
  }),
  creation_date_ansi: Type.String(),
  creation_date__date: Type.String(),
  creation_date__time: Type.String(),
  video_p: Type.Boolean(),
  audio_p: Type.Boolean(),
  video_encoded_p: Type.Boolean(),
  text_only_p: Type.Boolean(),
  user_id: Type.Integer(),
  album_id: Type.String(),
  absolute_url: Type.String(),
  original_filename: Type.String({ description: "The file's name as its owner had it." }),
  original_type: Type.String({ description: "Media type, judged by the file's content." }),
  original_size: Type.Integer({ description: "Bytes." }),
  original_download: Type.String({
    description: "Address of the file, from the host's root: with the path of REDEEM_PUBLIC_URL.",
  }),
  content: Type.String({ description: "The photo's description." }),
  content_text: Type.String(),
  tags: Type.String(),
});

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
export const schemas = {
  UploadToken: uploadToken,
  UploadTokenV1: strings(uploadToken),
  PhotoIds: photoIds,
  PhotoIdsV1: strings(photoIds),
  Photo: photo,
  PhotoV1: strings(photo, "flags"),
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
    ...own,
    p: Type.String(),
    size: Type.String(),
    site: ref("Site"),
    endpoint: Type.String({ description: "The method's path." }),
  });
}

function strings(schema: TObject, flags?: "flags"): TObject {
  const properties = Object.entries<TSchema>(schema.properties).map(([name, property]) => {
    const words = property.description ? { description: property.description } : {};
    const flag = flags && name.endsWith("_p");
    return [name, flag ? Type.Integer({ minimum: 0, maximum: 1, ...words }) : Type.String(words)];
  });
  return { ...schema, properties: Object.fromEntries(properties) as TObject["properties"] };
}
