import { Type, type TSchema } from "@sinclair/typebox";
import { TITLE_LENGTH } from "../../api-limits.ts";

/** Characters of an address. */
export const URL_LENGTH = 8192;

/** What may be said of a photo (protocol 3), for the methods that take it. */
export const metadataFields = {
  album_id: Type.String({
    pattern: "^\\d{1,15}(\\s*,\\s*\\d{1,15}){0,99}$",
    allowed: "one id or several, comma separated",
    description: "One album id or several, comma separated.",
    examples: ["3,4"],
  }),
  title: Type.String({
    maxLength: TITLE_LENGTH,
    description: "Title. All HTML tags are removed.",
    examples: ["Summer party"],
  }),
  description: Type.String({
    maxLength: 65_536,
    description:
      "Description. Safe tags are kept (b i em strong p br a ul ol li blockquote code); if any other tag is present, all HTML is removed.",
    examples: ["At <b>the lake</b>."],
  }),
  tags: Type.String({
    maxLength: 4096,
    description: "Tags, space separated; a tag with spaces is quoted.",
    examples: ['party "by the lake"'],
  }),
  publish: Type.Boolean({
    description: "Whether the photo is published at once. Default 1.",
    examples: [false],
  }),
  publish_date: Type.String({
    maxLength: 40,
    description:
      "Future time at which the photo is published, as ISO 8601 or `YYYY-MM-DD HH:MM:SS` (UTC). Implies publish 0 until then.",
    examples: ["2026-12-24 18:00:00"],
  }),
  absolute_url: Type.String({
    maxLength: URL_LENGTH,
    allowed: `an http or https address of at most ${URL_LENGTH} characters`,
    description: "Canonical address of the photo, if another than ours.",
    examples: ["https://www.example.com/party"],
  }),
};

/** A parameter that takes away what was said before where it is sent with nothing in it. */
export function clearable<Schema extends TSchema>(schema: Schema): Schema {
  return { ...schema, mayBeEmpty: true, description: `${schema.description} Empty: none.` };
}
