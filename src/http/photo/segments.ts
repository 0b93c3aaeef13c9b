import { Type } from "@sinclair/typebox";
import { MOST_LISTED } from "../../api-limits.ts";
import { Problem, refusedToken } from "../../problem.ts";
import type { SegmentCut } from "../../records/records.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";
import { findFields, orderFields, readFind } from "./find-fields.ts";
import { writePlace } from "./list-place.ts";

/** `segments`: where the days of a list begin, so that any part of it can be shown at once (protocol 6). */
export const segments = defineMethod({
  path: "photo/segments",
  versions: [2],
  level: "read",
  sometimes: { level: "write", when: "with `deleted_p`" },
  topic: "photos",
  summary: "Days of a list of photos",
  description: `The photos that \`photo/list\` would list, all of them, cut into segments: at each new day, and within a day at ${MOST_LISTED} photos. A page that scrolls through
very many photos lays out the segments, and asks for the photos of those that come into sight: \`photo/list\` with the same
parameters, the segment's own \`after\`, the next segment's \`after\` as \`until\`, and \`size=${MOST_LISTED}\`. What comes and
goes meanwhile moves no other segment.

The day is that of what the order goes by: when the photo was published (default), came (\`created\`) or was \`taken\`. In the order
of titles there is none, and \`day\` is empty.`,
  input: Type.Object({
    ...findFields,
    ...orderFields,
    utc_offset: Type.Optional(
      Type.Integer({
        minimum: -1440,
        maximum: 1440,
        description: "Minutes that the clocks by which days are told are ahead of UTC. Default 0.",
        examples: [60],
      }),
    ),
    time_zone: Type.Optional(
      Type.String({
        maxLength: 64,
        description:
          "The time zone that these clocks are of, by its IANA name: they change to summer time and back. Where the server does not know it, `utc_offset` counts if it is there.",
        examples: ["Europe/Berlin"],
      }),
    ),
  }),
  output: object({
    name: "PhotoSegments",
    key: "segments",
    message: "",
    fields: Type.Object({
      segments: Type.Array(
        Type.Object({
          day: Type.String({ description: "`YYYY-MM-DD`." }),
          count: Type.Integer({ description: "Photos." }),
          after: Type.String({ description: "For `after` and `until` of `photo/list`." }),
        }),
      ),
      total_count: Type.Integer({ description: "Photos of all segments." }),
    }),
  }),
  example: {
    input: { orderby: "created", utc_offset: 60 },
    output: () => {
      const { id, createdAt } = EXAMPLE.photo;
      const after = writePlace("created", { key: createdAt, id: id + 1 });
      return { segments: [{ day: "2026-11-23", count: 1, after }], total_count: 1 };
    },
  },
  refusals: [{ problem: refusedToken.unknown, when: "The `upload_token` is not known." }],
  run: async (call, context) => {
    const cut = { most: MOST_LISTED, ...readClocks(call.input) };
    const filter = await readFind(call, context);
    if (!filter) return { segments: [], total_count: 0 };
    const found = await context.records.photos.segments(filter, cut);
    return {
      segments: found.map(({ day, count, after }) => {
        return { day, count, after: writePlace(filter.order, after) };
      }),
      total_count: found.reduce((total, { count }) => total + count, 0),
    };
  },
});

/** The clocks by which days are told. @throws Problem invalid_input for a time zone that there is not, and nothing beside it */
function readClocks({
  time_zone: timeZone,
  utc_offset: utcOffset,
}: {
  time_zone?: string;
  utc_offset?: number;
}): Pick<SegmentCut, "utcOffset" | "timeZone"> {
  if (timeZone === undefined) return { utcOffset: utcOffset ?? 0 };
  if (isTimeZone(timeZone)) return { utcOffset: 0, timeZone };
  if (utcOffset !== undefined) return { utcOffset };
  throw new Problem(
    "invalid_input",
    `time_zone must be the name of a time zone, such as Europe/Berlin, not "${timeZone}".`,
  );
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}
