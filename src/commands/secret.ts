import { readConfig } from "../config.ts";
import { openFolder } from "./folder.ts";

/** `redeem secret`: prints the callback secret, with which a backend verifies Redeem-Signature. */
export async function secret(): Promise<void> {
  const { records, secret: own } = await openFolder(readConfig(process.env).REDEEM_DATA);
  await records.close();
  process.stdout.write(`${own.callback}\n`);
}
