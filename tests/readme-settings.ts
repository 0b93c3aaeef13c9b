import { join } from "node:path";
import { describeSettings } from "../src/config.ts";

/** The README's table of settings is made from their schema: `--write` writes it, else it is compared. */
const path = join(import.meta.dir, "../README.md");
const START = "<!-- settings: written by `bun run readme` -->";
const END = "<!-- /settings -->";

const rows = describeSettings().map(
  ({ name, initial, sentence }) => `| \`${name}\` | ${initial} | ${sentence} |`,
);
const table = ["| variable | default | what it is |", "| --- | --- | --- |", ...rows].join("\n");

const readme = await Bun.file(path).text();
const before = readme.slice(0, readme.indexOf(START) + START.length);
const after = readme.slice(readme.indexOf(END));
const wanted = `${before}\n\n${table}\n\n${after}`;

if (process.argv.includes("--write")) {
  await Bun.write(path, wanted);
} else if (squeeze(readme) !== squeeze(wanted)) {
  process.stderr.write(
    "The README's table of settings is not the schema's: run `bun run readme`\n",
  );
  process.exitCode = 1;
}

/** The formatter aligns the table; its words are what counts. */
function squeeze(text: string): string {
  return text.replace(/-{2,}/g, "--").replace(/[ \t]+/g, " ");
}
