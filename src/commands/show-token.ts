import type { Records, UploadToken } from "../records/records.ts";
import type { SiteSecret } from "../secret.ts";
import { formatLimit } from "../units.ts";
import { pageAddress } from "../upload/link.ts";
import { CommandError } from "./fail.ts";
import { openFolder } from "./folder.ts";
import { readGiven } from "./given.ts";
import type { Values } from "./line.ts";
import { addressOf, stateOf } from "./link.ts";
import { day, visible } from "./table.ts";
import { whoSees } from "./who-sees.ts";

/** `redeem token show ID`: what a link takes, how it stands, and its address, for who has lost it. */
export async function showToken(id: number, values: Values): Promise<void> {
  const { config } = await readGiven(values);
  const { records, secret } = await openFolder(config.REDEEM_DATA);
  try {
    const token = await records.tokens.byId(id);
    if (!token || token.direct) throw new CommandError(`There is no upload token ${id}`);
    const isPublic = (await records.isListPublic()) ?? config.REDEEM_PUBLIC_LIST;
    const lines: [string, string][] = [
      ["Title", token.title],
      ["Replaces", token.replaces === null ? "" : `the bytes of photo ${token.replaces}`],
      ["State", stateInWords(token, Date.now())],
      ["Used", await usesOf(token, records)],
      ["Valid until", `${day(token.validUntil)} UTC`],
      ["Largest file", formatLimit(token.maxSize ?? config.REDEEM_MAX_SIZE)],
      ["Types", token.types?.join(",") ?? ""],
      ["Returns to", token.returnUrl],
      ["Asked by", token.sender],
      ["Asks for", token.ask.join(", ")],
      ["Passphrase", token.passphraseHash === null ? "" : "needed"],
      ["Photos", token.replaces === null ? whoSees(isPublic, token) : ""],
      ["Page", await pageOf(token, records, secret, await addressOf(records, config))],
    ];
    const shown = lines.filter(([, text]) => text !== "");
    process.stdout.write(
      `Upload token ${id}\n${shown.map(([name, text]) => `  ${name.padEnd(12)}  ${visible(text)}\n`).join("")}`,
    );
  } finally {
    await records.close();
  }
}

function stateInWords(token: UploadToken, now: number): string {
  const state = stateOf(token, now);
  return state === "revoked" ? `revoked on ${day(token.revokedAt)} UTC` : state;
}

async function usesOf(token: UploadToken, records: Records): Promise<string> {
  const free = await records.tokens.free(token.id, Date.now());
  const underWay = token.maxUploads - token.consumed - free;
  const more = underWay > 0 ? `, ${underWay} on the way` : "";
  return `${token.consumed} of ${token.maxUploads}${more}`;
}

const NO_PAGE = {
  // The ready-made page is for upload tokens.
  replaces: "",
  unknown: "cannot be shown: the token was made by an earlier version, which kept its hash alone",
  sealed:
    "cannot be shown: the token was sealed with another secret than the one in the data folder",
};

async function pageOf(
  token: UploadToken,
  records: Records,
  secret: SiteSecret,
  publicUrl: string,
): Promise<string> {
  const page = await pageAddress({ records, secret }, token, publicUrl);
  return "url" in page ? page.url : NO_PAGE[page.none];
}
