import { openFolder } from "./folder.ts";
import { FOLDER_OPTIONS, readGiven } from "./given.ts";
import { readLine } from "./line.ts";

/** `redeem secret`: prints the callback secret, with which a backend verifies Redeem-Signature. */
export async function secret(words: string[]): Promise<void> {
  const { values } = readLine("secret", words, FOLDER_OPTIONS);
  const { config } = await readGiven(values);
  const { records, secret: own } = await openFolder(config.REDEEM_DATA);
  await records.close();
  process.stdout.write(`${own.callback}\n`);
}
