import { Type } from "@sinclair/typebox";
import { SEARCH_LENGTH } from "../../api-limits.ts";
import type { TokenStanding, TokenFilter } from "../../records/records.ts";
import { nextTurn } from "../../slices.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import {
  followingFields,
  followingInput,
  oneWordOf,
  readAfter,
  itemsOnPage,
  writeAfter,
} from "../paging.ts";
import { reachOf } from "../reach.ts";
import { describeToken, exampleToken, tokenFields, tokenId } from "./fields.ts";

const STATES: readonly TokenStanding[] = ["open", "used", "expired", "revoked"];

/** Tokens that are described before others have a turn: of each, two thousand uploads may have to be counted. */
const FEW = 20;

/** `upload-token/list`: the links that somebody has made, and how they stand (protocol 6.3). */
export const uploadTokenList = defineMethod({
  path: "upload-token/list",
  versions: [2],
  level: "write",
  topic: "tokens",
  summary: "List upload tokens",
  description: `Upload tokens and replace tokens, newest first. A key of level \`write\` sees those of its own user, one of level \`admin\`
all. An answer has \`next\` where there are more, which is given as \`after\`.`,
  input: Type.Object({
    token_id: Type.Optional(tokenId),
    state: oneWordOf([...STATES, "all"], "Those that stand so. Default `all`.", "open"),
    search: Type.Optional(
      Type.String({
        maxLength: SEARCH_LENGTH,
        description:
          "Those with these words in their title or sender. Of the last one the beginning will do.",
        examples: ["summer"],
      }),
    ),
    ...followingInput("Upload tokens", "7"),
  }),
  output: object({
    name: "UploadTokens",
    key: "uploadtokens",
    message: "",
    fields: followingFields(tokenFields),
  }),
  example: {
    input: { state: "open", search: "summer" },
    output: (address) => ({ items: [exampleToken(address)], next: String(EXAMPLE.token.id) }),
  },
  run: async ({ input, caller }, context) => {
    const { records, now } = context;
    const reach = reachOf(caller);
    const after = readAfter(input.after);
    const is = STATES.find((state) => state === input.state);
    const filter: TokenFilter = {
      limit: itemsOnPage(input),
      ...(reach !== "all" && reach),
      ...(input.token_id !== undefined && { tokenId: input.token_id }),
      ...(input.search !== undefined && { search: input.search }),
      ...(is && { state: { is, now: now() } }),
      ...(after !== undefined && { after }),
    };
    const { tokens, next } = await records.tokens.page(filter);
    const items = [];
    for (const token of tokens) {
      items.push(await describeToken(token, context));
      if (items.length % FEW === 0) await nextTurn();
    }
    return { items, next: writeAfter(next) };
  },
});
