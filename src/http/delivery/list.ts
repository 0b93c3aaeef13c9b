import { Type, type Static } from "@sinclair/typebox";
import { Problem } from "../../problem.ts";
import type { DeliveryEntry, DeliveryFilter, DeliveryState } from "../../records/records.ts";
import { unixSeconds } from "../dates.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import { cutPage, followingFields, followingInput, oneWordOf, itemsOnPage } from "../paging.ts";

const STATES: readonly DeliveryState[] = ["pending", "delivered", "given-up"];

const fields = Type.Object({
  delivery_id: Type.String(),
  event: Type.String({
    description:
      "What it tells: `success` or `failure` of an upload, to its `return_url`; `created`, `updated`, `replaced` or `deleted` of a photo, to an address of the operator's.",
  }),
  state: Type.String({ description: "`pending`, `delivered` or `given-up`." }),
  host: Type.String({
    description: "Where it goes. Not the whole address, which may hold secrets.",
  }),
  photo_id: Type.Integer({ description: "The photo that it tells of; 0 where there is none." }),
  attempts: Type.Integer({ description: "Since it was recorded, or asked for again." }),
  created_at: Type.Integer({ description: "Unix seconds, as all times here." }),
  next_at: Type.Integer({ description: "When it is tried next; 0 where it is not." }),
  closed_at: Type.Integer({ description: "When it was delivered or given up; 0 where it is not." }),
  last_error: Type.String({ description: "Why the last attempt failed; empty where none has." }),
});

/** `delivery/list`: what was told to whom, or waits (protocol 6.3). */
export const deliveryList = defineMethod({
  path: "delivery/list",
  versions: [2],
  level: "admin",
  topic: "site",
  summary: "List callbacks",
  description:
    "Background callbacks and pingbacks, newest first: what was delivered, waits for its next attempt, or was given up.",
  input: Type.Object({
    state: oneWordOf([...STATES, "all"], "Those in this state. Default `all`.", "given-up"),
    ...followingInput("Callbacks", "1795473617000.0b8f6a0e-5b0e-4c43-9c42-0c6f7a1f0b51"),
  }),
  output: object({
    name: "Deliveries",
    key: "deliveries",
    message: "",
    fields: followingFields(fields),
  }),
  example: {
    input: { state: "given-up" },
    output: () => ({ items: [describe(example)], next: writePlace(example) }),
  },
  run: async ({ input }, { records }) => {
    const size = itemsOnPage(input);
    const state = STATES.find((known) => known === input.state);
    const after = input.after === undefined ? undefined : readPlace(input.after);
    const found = await records.deliveries.list({
      ...(state && { state }),
      ...(after && { after }),
      limit: size + 1,
    });
    const { shown, next } = cutPage(found, size, writePlace);
    return { items: shown.map(describe), next };
  },
});

type Entry = Omit<DeliveryEntry, "uploadId" | "method" | "url" | "body" | "sealed">;

const example: Entry = {
  id: "0b8f6a0e-5b0e-4c43-9c42-0c6f7a1f0b51",
  event: "success",
  state: "given-up",
  host: "www.example.com",
  photoId: EXAMPLE.photo.id,
  attempts: 31,
  createdAt: EXAMPLE.token.createdAt,
  nextAt: EXAMPLE.token.createdAt,
  closedAt: EXAMPLE.token.createdAt + 24 * 60 * 60_000,
  lastError: "the receiver answered 500",
};

function describe(entry: Entry): Static<typeof fields> {
  return {
    delivery_id: entry.id,
    event: entry.event,
    state: entry.state,
    host: entry.host,
    photo_id: entry.photoId ?? 0,
    attempts: entry.attempts,
    created_at: unixSeconds(entry.createdAt),
    next_at: entry.state === "pending" ? unixSeconds(entry.nextAt) : 0,
    closed_at: unixSeconds(entry.closedAt),
    last_error: entry.lastError ?? "",
  };
}

type Place = NonNullable<DeliveryFilter["after"]>;

function writePlace({ createdAt, id }: Place): string {
  return `${createdAt}.${id}`;
}

/** @throws Problem invalid_input for what no list has given */
function readPlace(text: string): Place {
  const [, createdAt, id] = /^(\d{1,15})\.([\w-]{1,64})$/.exec(text) ?? [];
  if (createdAt !== undefined && id !== undefined) return { createdAt: Number(createdAt), id };
  throw new Problem("invalid_input", "after must be what an answer of this list gave as next.");
}
