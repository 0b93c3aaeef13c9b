import { createDisk } from "../files/disk.ts";
import { createRemake } from "../integrity/remake.ts";
import { verifyArchive, type Finding, type VerifyReport } from "../integrity/verify.ts";
import { formatBytes } from "../units.ts";
import { openFolder } from "./folder.ts";
import { FOLDER_OPTIONS, readGiven } from "./given.ts";
import { readLine } from "./line.ts";
import { createProgress } from "./progress.ts";
import { visible } from "./table.ts";

/** `redeem verify [--repair] [--json]`: reads every original again. Ends with 1 where one is damaged or missing. */
export async function verify(words: string[]): Promise<void> {
  const { values } = readLine("verify", words, FOLDER_OPTIONS, 0, ["repair", "json"]);
  const json = values["json"] !== undefined;
  const repair = values["repair"] !== undefined;
  const { config } = await readGiven(values);
  const { records } = await openFolder(config.REDEEM_DATA);
  try {
    const files = await createDisk(config.REDEEM_DATA, { durable: false });
    const { bytes } = await records.originals.total();
    const progress = createProgress(bytes);
    const findings: Finding[] = [];
    const remake = repair ? createRemake({ records, files, now: Date.now }) : undefined;
    const report = await verifyArchive({
      records,
      files,
      repair,
      ...(remake && { onSound: remake.add }),
      onBytes: progress.add,
      onFinding: (finding) => {
        if (json) findings.push(finding);
        else {
          progress.clear();
          process.stdout.write(`${inWords(finding)}\n`);
        }
      },
    });
    const remade = (await remake?.end()) ?? 0;
    progress.clear();
    process.stdout.write(
      json
        ? `${JSON.stringify({ ...report, remade, findings })}\n`
        : `${summary(report, repair)}${remadeInWords(remade)}\n`,
    );
    if (report.missing + report.damaged > 0) process.exitCode = 1;
  } finally {
    await records.close();
  }
}

/** @param remade originals whose facts and thumbnails are to be made again */
function remadeInWords(remade: number): string {
  if (remade === 0) return "";
  const photos = remade === 1 ? "1 photo are" : `${remade} photos are`;
  return `\nFacts and thumbnails of ${photos} made again by the server: they were missing, or had been given up.`;
}

function inWords(finding: Finding): string {
  switch (finding.kind) {
    case "missing":
      return `Photo ${finding.photo}: missing. Its file of ${formatBytes(finding.size)} is nowhere.`;
    case "other size":
      return `Photo ${finding.photo}: damaged. It had ${finding.size} bytes, and has ${finding.found}.`;
    case "other hash":
      return `Photo ${finding.photo}: damaged. Its SHA-256 was ${finding.sha256}, and is ${finding.found}.`;
    case "unreadable":
      return `Photo ${finding.photo}: damaged. It cannot be read: ${visible(finding.error)}`;
    case "left over":
      return finding.aside === null
        ? `Left over: ${visible(finding.path)}. No record knows it; --repair puts it aside.`
        : `Left over: ${visible(finding.path)}. No record knows it; it is in ${visible(finding.aside)} now.`;
  }
}

function summary(
  { originals, bytes, hashed, missing, damaged, leftOver, removals }: VerifyReport,
  repair: boolean,
): string {
  const wrong = [damaged > 0 && `${damaged} damaged`, missing > 0 && `${missing} missing`].filter(
    (word) => word !== false,
  );
  const files = leftOver === 1 ? "1 file is" : `${leftOver} files are`;
  const more = leftOver === 0 ? "" : `, but ${files} ${repair ? "put aside" : "left over"}`;
  const lines = [
    `${originals} ${originals === 1 ? "original" : "originals"}, ${formatBytes(bytes)} sound: ${wrong.join(", ") || "nothing is wrong"}${more}.`,
  ];
  if (hashed > 0) {
    lines.push(
      `The hash of ${hashed} was not known, and is on record now: whether these were damaged before, nobody can say.`,
    );
  }
  if (removals > 0) {
    lines.push(
      `${removals} files of deleted or replaced photos wait for the server to remove them.`,
    );
  }
  return lines.join("\n");
}
