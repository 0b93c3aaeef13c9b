import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { openData } from "../site.ts";

/**
 * The data folder, for a command that serves nothing. One that is not there yet is made, so that keys
 * can be made before the first start; but who stands in the wrong folder should see it.
 */
export async function openFolder(folder: string): ReturnType<typeof openData> {
  if (!existsSync(join(folder, "redeem.db"))) {
    process.stderr.write(
      `redeem: there was no data yet; it is in ${resolve(folder)} now. If your server has its data elsewhere, set REDEEM_DATA.\n`,
    );
  }
  return openData(folder);
}
