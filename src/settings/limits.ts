import { Type } from "@sinclair/typebox";
import { HOUR, MINUTE, setting } from "./setting.ts";

/** How long things may take and are kept, and how much of the disk they may fill. */
export const limitsSettings = {
  REDEEM_STALL: setting(
    Type.Integer({
      default: MINUTE,
      shown: "60s",
      minimum: 1000,
      maximum: 4 * MINUTE,
      description: "A request that sends nothing for this long is ended, 1s to 4m",
    }),
    "duration",
  ),
  REDEEM_GRACE: setting(
    Type.Integer({
      default: 24 * HOUR,
      shown: "24h",
      minimum: 0,
      description: "How long a started upload may go on after its token has expired",
    }),
    "duration",
  ),
  REDEEM_KEEP_UNFINISHED: setting(
    Type.Integer({
      default: 24 * HOUR,
      shown: "24h",
      minimum: 10 * MINUTE,
      description: "Unfinished uploads are deleted after this long without a byte, at least 10m",
    }),
    "duration",
  ),
  REDEEM_KEEP_RECORDS: setting(
    Type.Integer({
      default: 30 * 24 * HOUR,
      shown: "30d",
      minimum: 24 * HOUR,
      description:
        "Expired tokens that were never used or whose photos are gone, and ended callbacks, are deleted after this",
    }),
    "duration",
  ),
  REDEEM_KEEP_DELETED: setting(
    Type.Integer({
      default: 30 * 24 * HOUR,
      shown: "30d",
      minimum: 0,
      description: "Deleted photos stay in the trash for this long; 0: until the next sweep",
    }),
    "duration",
  ),
  REDEEM_RESERVE: setting(
    Type.Integer({
      default: 256 * 1024 ** 2,
      shown: "256MiB",
      minimum: 0,
      description: "Disk space that uploads leave free",
    }),
    "bytes",
  ),
  REDEEM_UNDECIDED: setting(
    Type.Integer({
      default: 4 * 1024 ** 3,
      shown: "4GiB",
      minimum: 1024 ** 2,
      description:
        "Disk space for files whose upload token or parameters come behind them, at least 1MiB; never more than a quarter of what is free",
    }),
    "bytes",
  ),
  REDEEM_UNDECIDED_LIMIT: setting(
    Type.Integer({
      default: 30 * MINUTE,
      shown: "30m",
      minimum: 1000,
      description:
        "How long such a request may take, at least 1s; eight times as long where its token came first",
    }),
    "duration",
  ),
  REDEEM_STOP_LIMIT: setting(
    Type.Integer({
      default: 30_000,
      shown: "30s",
      minimum: 0,
      description: "How long requests under way may go on when the server is told to stop",
    }),
    "duration",
  ),
};
