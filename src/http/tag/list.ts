import { Type } from "@sinclair/typebox";
import { SEARCH_LENGTH } from "../../api-limits.ts";
import { readableTag } from "../../photo/tags.ts";
import { hasLevel, requireLevel } from "../caller.ts";
import { defineMethod } from "../define-method.ts";
import { requireIndexed } from "../indexed.ts";
import { pageOf } from "../output.ts";
import { oneWordOf, orderInput, pageInput } from "../paging.ts";

/** `tag/list` (protocol 6). */
export const tagList = defineMethod({
  path: "tag/list",
  level: "anonymous",
  sometimes: { level: "read", when: "where the archive is not public" },
  topic: "albums",
  summary: "List tags",
  description: `The tags of photos, each with the number of photos that have it. Tags that differ in case only are one, as it was
written first. An API key of level \`read\` is needed, unless the operator has made the archive public (\`REDEEM_PUBLIC_LIST=1\`);
for it unpublished photos count as well.`,
  input: Type.Object({
    search: Type.Optional(
      Type.String({
        maxLength: SEARCH_LENGTH,
        description: "Tags that contain this. Case does not matter.",
        examples: ["part"],
      }),
    ),
    reformat_tags_p: Type.Optional(
      Type.Boolean({
        description: "1: machine tags as people read them, `people:Santa-Claus` as `Santa Claus`.",
        examples: [true],
      }),
    ),
    exclude_machine_tags_p: Type.Optional(
      Type.Boolean({
        description: "1: no machine tags, which have a name and a colon: `geo:lat=55.6`.",
        examples: [true],
      }),
    ),
    orderby: oneWordOf(["tag", "count"], "The order. Default `tag`.", "count"),
    order: orderInput("Default: `asc` by tag, `desc` by count."),
    ...pageInput("Tags"),
  }),
  output: pageOf({
    name: "Tag",
    key: "tag",
    fields: Type.Object({
      tag: Type.String({ description: "As it was written first." }),
      count: Type.Integer({ description: "Photos that have it, and that the caller may see." }),
    }),
  }),
  example: {
    input: { orderby: "count" },
    output: () => ({ items: [{ tag: "party", count: 7 }], page: 1, size: 20, total: 1 }),
  },
  run: async ({ input, caller, version }, { records, now, publicList }) => {
    if (!publicList) requireLevel(caller, "read", version);
    const page = input.p ?? 1;
    const size = input.size ?? 20;
    const order = input.orderby === "count" ? "count" : "tag";
    await requireIndexed(records);
    const { tags, total } = await records.tags.list({
      ...(input.search !== undefined && { search: input.search }),
      order,
      ascending: input.order === undefined ? order === "tag" : input.order === "asc",
      withoutMachineTags: input.exclude_machine_tags_p ?? false,
      publishedAt: hasLevel(caller, "read") ? undefined : now(),
      offset: (page - 1) * size,
      limit: size,
    });
    const items = tags.map(({ tag, photos }) => ({
      tag: input.reformat_tags_p ? readableTag(tag) : tag,
      count: photos,
    }));
    return { items, page, size, total };
  },
});
