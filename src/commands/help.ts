import { describeSettings } from "../config.ts";

const COMMANDS = `Redeem receives photos and videos for whoever holds an upload token.

  redeem [serve]                     run the server
  redeem token create [options]      make an upload token; prints the token, its page and a curl line
      --title TEXT  --description HTML  --tags WORDS  --album-id ID  --publish 1|0
      --max-uploads N  --valid 6h  --max-size BYTES  --types image/*,video/mp4
      --return-url URL  --background-return 1|0  --origin ORIGIN
  redeem token list | revoke ID      upload tokens
  redeem key create --level write --name NAME
  redeem key list | revoke ID        API keys
  redeem secret                      print the secret that signs callbacks
  redeem help                        this text

Settings come from the environment:
`;

/** `redeem help`: commands and settings. */
export async function help(): Promise<void> {
  const lines = describeSettings().flatMap(({ name, initial, sentence }) => [
    `  ${name.padEnd(24)} ${sentence}`,
    `  ${"".padEnd(24)} default: ${initial}`,
  ]);
  process.stdout.write(`${COMMANDS}\n${lines.join("\n")}\n`);
}
