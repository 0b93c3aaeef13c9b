import { resolve } from "node:path";
import { openData } from "../data-folder.ts";
import { CommandError } from "./fail.ts";
import { becomeOwner, isThere, requireRights } from "./owner.ts";

const ELSEWHERE = "If your server has its data elsewhere, say so with --data or REDEEM_DATA.";

/**
 * The data folder, for a command that reads or changes what is there.
 * @throws CommandError where there is none, or none that is whole: nothing is made
 */
export async function openFolder(folder: string): ReturnType<typeof openData> {
  if (!(await isThere(folder, "redeem.db"))) {
    throw new CommandError(`There is no data in ${resolve(folder)}. ${ELSEWHERE}`);
  }
  if (!(await isThere(folder, "secret"))) {
    throw new CommandError(
      `The file secret in ${resolve(folder)} is gone; put it back from a backup`,
    );
  }
  return open(folder);
}

/**
 * The data folder, for a command that makes something. One that is not there yet is made, so that keys
 * can be made before the first start; but who stands in the wrong folder should see it.
 */
export async function makeFolder(folder: string): ReturnType<typeof openData> {
  const isNew = !(await isThere(folder, "redeem.db"));
  const opened = await open(folder);
  if (isNew) {
    process.stderr.write(
      `redeem: there was no data yet; it is in ${resolve(folder)} now. ${ELSEWHERE}\n`,
    );
  }
  return opened;
}

async function open(folder: string): ReturnType<typeof openData> {
  await becomeOwner(folder);
  await requireRights(folder);
  return openData(folder);
}
