import { isMet, type Figures, type Goal } from "./goals.ts";
import type { Uploads } from "./metadata.ts";
import { summarize, yardstickOf } from "./summary.ts";

/** The figures as Markdown. A dash is a figure that there is not. */
export function report(figures: Figures, goals: readonly Goal[]): string {
  const { samples, completing, metadata, memory, gets, page, archive, serving, media } = figures;
  const parts: string[] = [];
  if (samples.length > 0) parts.push("## Throughput", throughput(figures));
  if (completing) {
    const rows = completing.map((one) => [
      `${one.totalSize / 1024 ** 2} MiB`,
      `${one.chunkSize / 1024 ** 2} MiB`,
      String(one.times),
      ...[one.p50, one.p99, one.waited50, one.waited99].map((ms) => number(ms, 1)),
    ]);
    parts.push(
      "## The completing answer",
      table(
        ["file", "chunks", "times", "p50 ms", "p99 ms", "p50 from last byte", "p99 from last byte"],
        rows,
      ),
    );
  }
  if (metadata) {
    const recording = metadata.recording.map(({ place, tokens, chunks, p50, p99 }) => [
      `recording a chunk, database ${place === "disk" ? "on disk" : "in memory"}`,
      String(tokens),
      String(chunks),
      number(p50, 3),
      number(p99, 3),
    ]);
    const asking = metadata.asking.map(({ tokens, uploads, p50, p99 }) => [
      `GET test ${WHILE[uploads]}`,
      String(tokens),
      "",
      number(p50, 3),
      number(p99, 3),
    ]);
    const head = ["what", "upload tokens", "chunks", "p50 ms", "p99 ms"];
    parts.push("## Metadata", table(head, [...recording, ...asking]));
  }
  if (memory) {
    const rows = memory.map(({ bytes, way, peakMb }) => [
      number(bytes / 1e6, 0),
      way,
      number(peakMb, 0),
    ]);
    parts.push("## Memory", table(["MB sent", "how", "peak MB"], rows));
  }
  if (gets) {
    const rows = gets.map((one) => [
      one.path,
      String(one.connections),
      ...[one.bounded, one.unbounded].map((value) => number(value, 0)),
      number(one.ratio, 2),
      ...[one.boundedMicros, one.unboundedMicros].map((value) => number(value, 0)),
    ]);
    const head = ["GET", "connections", "per s", "without bounds", "×", "CPU µs", "without bounds"];
    parts.push("## Small GETs", table(head, rows));
  }
  if (page) {
    const figuresOf = [page.page, page.client].map((value) => number(value, 0));
    const row = [`${page.files} × ${page.size / 1000} KB`, ...figuresOf, number(page.ratio, 2)];
    const head = ["files", "the upload page in Chromium, per s", "the client, per s", "×"];
    parts.push("## Many small files", table(head, [row]));
  }
  if (archive) {
    const rows = archive.asked.map(({ kind, ...of }) => [
      kind,
      ...[of.first, of.p50, of.p95, of.longest, of.wait].map((ms) => number(ms, 1)),
    ]);
    const head = ["asked for", "first ms", "p50 ms", "p95 ms", "longest ms", "others wait ms"];
    parts.push(
      `## Archive of ${archive.photos} photos`,
      table(head, rows),
      `The first start after an update answered after ${number(archive.startSeconds, 1)} s; albums, tags and words were collected in ${number(archive.indexingSeconds, 0)} s, while another request waited ${number(archive.indexingWait, 0)} ms at the longest. Memory at the end: ${number(archive.residentMb, 0)} MB.`,
    );
  }
  if (serving) {
    const rows = serving.map((one) => [
      one.what,
      one.server,
      number(one.requestsPerSecond, one.requestsPerSecond < 10 ? 1 : 0),
      number(one.mbPerSecond, 0),
      number(one.ratio, 2),
      number(one.cpuPerGb, 2),
      number(one.cpuMicros, 0),
      ...[one.peakMb, one.p50, one.p99].map((value) => number(value, 1)),
      number(one.clientBusy, 2),
    ]);
    const head =
      "fetched,server,per s,MB/s,× nginx,CPU s/GB,CPU µs,peak MB,p50 ms,p99 ms,client busy";
    parts.push("## Serving", table(head.split(","), rows));
  }
  if (media) {
    const { alone, beside, ratio, perSecond, perSecondBeside, serverMb, processMb } = media;
    const pictures = `${number(media.megapixels, 0)} MP, ${number(media.megabytes, 1)} MB`;
    const row = [
      pictures,
      ...[alone, beside].map((value) => number(value, 0)),
      number(ratio, 2),
      ...[perSecond, perSecondBeside].map((value) => number(value, 1)),
      ...[serverMb, processMb].map((value) => number(value, 0)),
    ];
    const head = [
      "pictures",
      "MB/s alone",
      "MB/s beside",
      "×",
      "photos/s",
      "photos/s while receiving",
      "server's peak MB",
      "process's peak MB",
    ];
    parts.push("## Thumbnails", table(head, [row]));
  }
  const rows = goals.map((goal) => [
    goal.goal,
    `${goal.atLeast ? "≥" : "≤"} ${goal.wanted} ${goal.unit}`,
    `${number(goal.got, 2)} ${goal.unit}`,
    isMet(goal) ? "met" : "not met",
  ]);
  if (rows.length > 0) parts.push("## Goals", table(["goal", "wanted", "got", ""], rows));
  return parts.join("\n\n");
}

const WHILE: Record<Uploads, string> = {
  none: "alone",
  gigabit: "while uploads fill 1 Gbit/s",
  all: "while uploads fill the machine",
};

function throughput({ samples }: Figures): string {
  const head = [
    "chunks",
    "contender",
    "MB/s",
    `× ${yardstickOf(samples)}`,
    "server CPU s/GB",
    "× floor",
    "peak MB",
    "requests/s",
    "p50 ms",
    "p99 ms",
    "completing ms",
    "client CPU s/GB",
    "client busy",
  ];
  const rows = summarize(samples).map((row) => [
    row.cell,
    row.contender,
    number(row.mbPerSecond, 0),
    number(row.ratio, 2),
    number(row.cpuPerGb, 2),
    number(row.cpuRatio, 1),
    number(row.peakMb, 0),
    number(row.requestsPerSecond, row.requestsPerSecond < 10 ? 1 : 0),
    number(row.p50, 1),
    number(row.p99, 1),
    number(row.completing, 1),
    number(row.clientCpuPerGb, 2),
    number(row.clientBusy, 2),
  ]);
  return table(head, rows);
}

function number(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : "–";
}

/** A Markdown table that is also straight in a terminal. */
function table(head: readonly string[], rows: readonly string[][]): string {
  const widths = head.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)),
  );
  const isText = head.map((_, at) => rows.some((row) => /[a-z]/i.test(row[at] ?? "")));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (isText[at] ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(" | ")} |`;
  const rule = `| ${widths.map((width, at) => (isText[at] ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
