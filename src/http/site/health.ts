import { Type } from "@sinclair/typebox";
import { MOST_COUNTED } from "../../api-limits.ts";
import { unixSeconds } from "../dates.ts";
import { defineMethod } from "../define-method.ts";
import { EXAMPLE } from "../examples.ts";
import { object } from "../output.ts";

const counted = (description: string) =>
  Type.Integer({ description: `${description} ${MOST_COUNTED}: that many or more.` });

const fields = Type.Object({
  version: Type.String({ description: "Of Redeem." }),
  started_at: Type.Integer({ description: "Unix seconds." }),
  now: Type.Integer({ description: "The server's clock, in Unix seconds." }),
  uploads_under_way: counted("Files that are on their way, and showed life in the last 5 minutes."),
  deliveries_pending: counted("Callbacks that wait for their next attempt."),
  deliveries_given_up: counted("Callbacks that were given up."),
  media_waiting: counted("Photos whose facts and thumbnails are still to be made."),
  hashes_waiting: counted("Photos whose SHA-256 is still to be made."),
  memory: Type.Integer({ description: "Bytes of memory that the server's process has." }),
  disk_free: Type.Integer({ description: "Bytes that can still be written to the disk." }),
  reserve: Type.Integer({ description: "Bytes of these that stay free (REDEEM_RESERVE)." }),
  ffmpeg_p: Type.Boolean({
    description: "Whether there is an ffmpeg: thumbnails of videos, HEIC, AVIF and TIFF need it.",
  }),
  public_list_p: Type.Boolean({
    description: "Whether published photos are listed for everybody (REDEEM_PUBLIC_LIST).",
  }),
});

/** `site/health`: how the server is, and what waits (protocol 6.3). */
export const siteHealth = defineMethod({
  path: "site/health",
  versions: [2],
  level: "admin",
  topic: "site",
  summary: "How the server is",
  description:
    "What waits, and what there is of memory and disk. For a monitor that only asks whether the server answers there is `/health`.",
  input: Type.Object({}),
  output: object({ name: "SiteHealth", key: "health", message: "", fields }),
  example: {
    input: {},
    output: () => ({
      version: "0.1.0",
      started_at: unixSeconds(EXAMPLE.token.createdAt),
      now: unixSeconds(EXAMPLE.token.createdAt) + 86_400,
      uploads_under_way: 2,
      deliveries_pending: 0,
      deliveries_given_up: 1,
      media_waiting: 5,
      hashes_waiting: 0,
      memory: 92_000_000,
      disk_free: 41_250_000_000,
      reserve: 1024 ** 3,
      ffmpeg_p: true,
      public_list_p: false,
    }),
  },
  run: async (_, { records, files, server, now, publicList }) => {
    const at = now();
    const waiting = await records.usage.waiting(at);
    return {
      version: server.version,
      started_at: unixSeconds(server.startedAt),
      now: unixSeconds(at),
      uploads_under_way: waiting.uploads,
      deliveries_pending: waiting.deliveriesPending,
      deliveries_given_up: waiting.deliveriesGivenUp,
      media_waiting: waiting.media,
      hashes_waiting: waiting.hashes,
      memory: process.memoryUsage.rss(),
      disk_free: files.staging.space(),
      reserve: server.reserve,
      ffmpeg_p: server.ffmpeg,
      public_list_p: publicList,
    };
  },
});
