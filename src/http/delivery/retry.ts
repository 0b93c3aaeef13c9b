import { Type } from "@sinclair/typebox";
import { retryDelivery, type Retried } from "../../callback/retry.ts";
import { Problem } from "../../problem.ts";
import { defineMethod } from "../define-method.ts";
import { object } from "../output.ts";

const EXAMPLE_ID = "0b8f6a0e-5b0e-4c43-9c42-0c6f7a1f0b51";

const REFUSED: Record<Exclude<Retried, "due">, () => Problem> = {
  unknown: () => new Problem("no_such_delivery", "There is no such delivery."),
  delivered: () => new Problem("invalid_input", "The delivery is delivered already."),
  lost: () =>
    new Problem(
      "invalid_input",
      "The delivery cannot be made again: its address was deleted by an earlier version, or sealed with another secret.",
    ),
};

/** `delivery/retry`: a callback is made now (protocol 6.3). */
export const deliveryRetry = defineMethod({
  path: "delivery/retry",
  versions: [2],
  level: "admin",
  topic: "site",
  summary: "Make a callback again",
  description: `Makes a callback at once that waits for its next attempt, or was given up; of the latter the day of attempts begins anew. The answer
does not wait for the attempt: \`delivery/list\` says what came of it.`,
  input: Type.Object({
    delivery_id: Type.String({
      pattern: "^[\\w-]{1,64}$",
      allowed: "the id of a delivery",
      description: "Which one: see `delivery/list`.",
      examples: [EXAMPLE_ID],
    }),
  }),
  output: object({
    name: "RetriedDelivery",
    key: "delivery",
    message: "The callback is made now",
    fields: Type.Object({
      delivery_id: Type.String(),
      state: Type.String({ description: "Always `pending`." }),
    }),
  }),
  example: {
    input: { delivery_id: EXAMPLE_ID },
    output: () => ({ delivery_id: EXAMPLE_ID, state: "pending" }),
  },
  refusals: [
    { problem: REFUSED.unknown, when: "There is no such delivery." },
    { problem: REFUSED.delivered, when: "It is delivered, or its address is not known any more." },
  ],
  run: async ({ input: { delivery_id: id } }, { records, secret, now, onDelivery }) => {
    const result = await retryDelivery(records.deliveries, secret.unseal, id, now());
    if (result !== "due") throw REFUSED[result]();
    onDelivery();
    return { delivery_id: id, state: "pending" };
  },
});
