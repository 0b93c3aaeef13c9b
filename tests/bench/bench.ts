import { availableParallelism, cpus, totalmem } from "node:os";
import { measureArchive } from "./archive.ts";
import { measureCompleting } from "./completing.ts";
import { findContenders } from "./contenders.ts";
import { measureGets } from "./gets.ts";
import { measurePage } from "./page.ts";
import { goalsOf, isMet, type Figures } from "./goals.ts";
import { measureMedia } from "./media.ts";
import { measureMemory } from "./memory.ts";
import { measureMetadata } from "./metadata.ts";
import { readOptions } from "./options.ts";
import { measureServing } from "./serving.ts";
import { report } from "./report.ts";
import { useProgram } from "./start-redeem.ts";
import { cellsOf, measureThroughput } from "./throughput.ts";
import { say } from "./workspace.ts";

/** `bun run bench`: every section, one table each, and the figures as JSON (see README.md). */
const options = readOptions();
const { quick, only } = options;
useProgram(options.program);
const { contenders, absent } = await findContenders(options.noSync, options.before);

const SECTIONS = [
  "throughput",
  "completing",
  "metadata",
  "memory",
  "gets",
  "page",
  "archive",
  "serving",
  "media",
];
const names = contenders.map(({ name }) => name);
const unknown = only.filter((name) => !SECTIONS.includes(name) && !names.includes(name));
if (unknown.length > 0) {
  console.error(`--only knows ${[...SECTIONS, ...names].join(", ")}; not ${unknown.join(", ")}`);
  process.exit(1);
}
const wantsSection = (name: string) => only.length === 0 || only.includes(name);
const chosen = contenders.filter(({ name }) => only.includes(name));

const begun = performance.now();
const figures: Figures = { samples: [] };
if (wantsSection("throughput") || chosen.length > 0) {
  const taking = chosen.length > 0 ? chosen : contenders;
  figures.samples = await measureThroughput(taking, cellsOf(quick, options.cells), options.rounds);
}
if (wantsSection("completing")) figures.completing = await measureCompleting(quick);
if (wantsSection("metadata")) figures.metadata = await measureMetadata(quick);
if (wantsSection("memory")) figures.memory = await measureMemory(quick, options.full);
if (wantsSection("gets")) figures.gets = await measureGets(quick, options.rounds);
if (wantsSection("page")) figures.page = await measurePage(quick, options.rounds);
if (wantsSection("archive")) figures.archive = await measureArchive(quick);
if (wantsSection("serving")) figures.serving = await measureServing(quick, options.rounds);
if (wantsSection("media")) figures.media = await measureMedia(quick, options.rounds);

const goals = goalsOf(figures);
const machine = {
  processors: availableParallelism(),
  model: cpus()[0]?.model,
  memoryGb: Math.round(totalmem() / 1e9),
  system: `${process.platform} ${process.arch}`,
  bun: Bun.version,
};
const minutes = (performance.now() - begun) / 60_000;
console.log(
  `# Redeem's benchmark\n\n${machine.processors} × ${machine.model}, ${machine.memoryGb} GB, ${machine.system}, Bun ${machine.bun}; ${options.rounds} rounds, ${minutes.toFixed(1)} minutes${quick ? "; QUICK: these figures say nothing" : ""}\n`,
);
for (const words of absent) console.log(`${words}\n`);
console.log(report(figures, goals));

const judged = goals.map((goal) => ({ ...goal, met: isMet(goal) }));
await Bun.write(
  options.json,
  JSON.stringify({ machine, options, absent, goals: judged, ...figures }, null, 2),
);
say(`\nThe figures: ${options.json}`);
process.exit(0);
