import { version as number } from "../../package.json";
import { readLine } from "./line.ts";

/** `redeem --version`: which one this is. */
export async function version(words: string[]): Promise<void> {
  readLine("version", words, []);
  process.stdout.write(`redeem ${number}\n`);
}
