import { describeSettings } from "../config.ts";
import { optionOf } from "./given.ts";

const FOLDER = `  --data FOLDER    the server's data folder (REDEEM_DATA)
  --config FILE    a file of settings; default: redeem.env in the working folder, where there is one
`;

const TOKEN = `redeem token create [options]    make an upload token; prints the token, its page and a curl line
redeem token list                the upload tokens, newest first: 100 of them
redeem token show ID             what one takes, how it stands, and the address of its page
redeem token revoke ID           takes no more files with it

Options of create:
  --title TEXT  --description HTML  --tags WORDS  --album-id ID  --publish 1|0
  --max-uploads N  --valid 14d  --max-size 500MB  --types image/*,video/mp4
  --return-url URL  --background-return 1|0  --origin ORIGIN
  --sender NAME  --ask name,note  --passphrase WORDS

Options of list:
  --limit N  --all

Option of create and show:
  --public-url URL (of the server: what a page's address begins with)

Options of each:
${FOLDER}`;

const KEY = `redeem key create --level write --name NAME    make an API key; levels: read, write, admin, super
redeem key list                                the API keys
redeem key revoke ID                           refuses it from then on

Options of each:
${FOLDER}`;

const OPEN = `redeem open [options]    print a link that signs in at /archive: once, within 15 minutes

It signs in as the operator, with all rights (level super), or with those of an API key. It works while the server runs.

  --key ID          as this API key (redeem key list shows the ids)
  --public-url URL  of the server: what the link begins with
${FOLDER}`;

const DELIVERIES = `redeem deliveries list                 callbacks and pingbacks, newest first: 100 of them
redeem deliveries show ID              what one tells, where it goes, how it stands
redeem deliveries retry ID             makes one again: one that waits at once, one that was given up for another day
redeem deliveries retry --all-given-up

Options of list:
  --state pending|delivered|given-up  --photo ID  --limit N  --all

Option of list and show:
  --json    an object of JSON in a line for each

Options of each:
${FOLDER}`;

const EXPORT = `redeem export FOLDER    copy the photos into a folder: under their own names, by album, each with its metadata as JSON

Run again, it goes on where it stopped, and brings what has changed since. It works while the server runs.

  --album ID|TITLE  those of an album
  --since DATE      those that were made or changed since then, such as 2026-01-31
  --deleted         those in the trash, too
${FOLDER}`;

const SECRET = `redeem secret    print the secret that signs callbacks

${FOLDER}`;

const VERIFY = `redeem verify [options]    read every original again: is it there, and as it was received?

Says what is damaged, what is missing, and which files no record knows. Hashes that are not known yet are recorded.
It locks nothing, and may run beside the server; where that needs the disk, start it with nice and ionice.
Ends with 0 where every original is sound, with 1 where one is damaged or missing.

Options:
  --repair         puts files that no record knows into the folder lost, and has missing thumbnails made again;
                   nothing is deleted
  --json           prints one JSON object
${FOLDER}`;

function serveUsage(): string {
  const lines = describeSettings().flatMap(({ name, initial, sentence }) => [
    // The backticks are for the README.
    `  --${optionOf(name).padEnd(18)} ${sentence.replaceAll("`", "")}`,
    `    ${name.padEnd(24)} default: ${initial}`,
  ]);
  return `redeem [serve] [options]    run the server

Options win over variables of the environment, and those over the settings file:
  --config             File of NAME=value lines with the variables below; # begins a comment
                             default: redeem.env in the working folder, where there is one
${lines.join("\n")}

What an option says can be seen by others on the machine: better keep REDEEM_API_KEY in the file.
`;
}

function helpUsage(): string {
  return `Redeem receives photos and videos for whoever holds an upload token.

  redeem [serve] [options]           run the server
  redeem token create [options]      make an upload token; prints the token, its page and a curl line
  redeem token list | show | revoke  upload tokens
  redeem key create --level write --name NAME
  redeem key list | revoke ID        API keys
  redeem open                        print a link that signs in at /archive, once
  redeem deliveries list | show | retry ID
                                     callbacks and pingbacks, delivered, waiting or given up
  redeem export FOLDER               copy the photos out, by album, with their metadata
  redeem secret                      print the secret that signs callbacks
  redeem verify [--repair] [--json]  read every original again: damaged, missing, left over
  redeem help [COMMAND]              this text, or the options of a command (also: redeem COMMAND --help)
  redeem --version                   print which version this is

Settings, as options of serve, as variables or in redeem.env:

${serveUsage()}`;
}

/** What `--help` prints of each command. */
export const usages: Readonly<Record<string, () => string>> = {
  serve: serveUsage,
  token: () => TOKEN,
  key: () => KEY,
  open: () => OPEN,
  deliveries: () => DELIVERIES,
  export: () => EXPORT,
  secret: () => SECRET,
  verify: () => VERIFY,
  help: helpUsage,
  version: () => "redeem --version    print which version this is\n",
};
