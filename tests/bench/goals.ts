import type { Archive } from "./archive.ts";
import type { Completing } from "./completing.ts";
import { FLOOR, NGINX, REDEEM } from "./contenders.ts";
import type { Media } from "./media.ts";
import type { Memory } from "./memory.ts";
import type { Metadata, Uploads } from "./metadata.ts";
import type { Gets } from "./gets.ts";
import type { PageFigures } from "./page.ts";
import type { Serving } from "./serving.ts";
import { ratioOf } from "./summary.ts";
import { GOAL, nameOf, type Sample } from "./throughput.ts";

export type Figures = {
  samples: Sample[];
  completing?: Completing[];
  metadata?: Metadata;
  memory?: Memory[];
  gets?: Gets[];
  page?: PageFigures;
  archive?: Archive;
  serving?: Serving[];
  media?: Media;
};

export type Goal = {
  goal: string;
  wanted: number;
  /** Whether a larger figure is the better one. */
  atLeast: boolean;
  got: number;
  unit: string;
};

const CELL = nameOf({ ...GOAL, whole: false });

/** The same, for a figure that is measured: what two runs of one thing differ by anyway. */
const SAME = 1.15;

/** The goals that this run can say something about. */
export function goalsOf(figures: Figures): Goal[] {
  const { samples, completing, metadata, memory, page, archive, serving, media } = figures;
  const goals: Goal[] = [];
  const least = (goal: string, wanted: number, got: number, unit: string) =>
    goals.push({ goal, wanted, atLeast: true, got, unit });
  const most = (goal: string, wanted: number, got: number, unit: string) =>
    goals.push({ goal, wanted, atLeast: false, got, unit });

  const against = (other: string) => ratioOf(samples, CELL, REDEEM, other, "mbPerSecond");
  least(`${CELL}: throughput against nginx's PUT`, 1, against(NGINX), "×");
  least(`${CELL}: throughput against @tus/server`, 2, against("tus"), "×");
  least(`${CELL}: throughput against naive`, 3, against("naive"), "×");
  const cpu = ratioOf(samples, CELL, REDEEM, FLOOR, "cpuPerGb");
  most(`${CELL}: server CPU per GB against the floor`, 2, cpu, "×");
  const peaks = samples
    .filter(({ contender }) => contender.startsWith(REDEEM))
    .map(({ peakMb }) => peakMb);
  if (peaks.length > 0) most("peak memory in every row of Redeem", 120, Math.max(...peaks), "MB");

  if (page) {
    least(
      `${page.files} files of ${page.size / 1000} KB by the upload page against the client`,
      0.7,
      page.ratio,
      "×",
    );
  }
  if (memory && memory.length > 0) {
    const peakOf = (bytes: number) =>
      Math.max(...memory.filter((one) => one.bytes === bytes).map(({ peakMb }) => peakMb));
    const sizes = memory.map(({ bytes }) => bytes);
    const [small, large] = [Math.min(...sizes), Math.max(...sizes)];
    const name = `peak memory for ${(large / 1e9).toFixed(1)} GB`;
    most(name, 120, peakOf(large), "MB");
    most(
      `${name} against ${(small / 1e9).toFixed(1)} GB`,
      SAME,
      peakOf(large) / peakOf(small),
      "×",
    );
  }
  for (const chunkSize of new Set(completing?.map((one) => one.chunkSize))) {
    const of = (completing ?? []).filter((one) => one.chunkSize === chunkSize);
    const small = of.reduce((a, b) => (a.totalSize < b.totalSize ? a : b));
    const large = of.reduce((a, b) => (a.totalSize > b.totalSize ? a : b));
    const name = `completing 20 GiB of ${chunkSize / 1024 ** 2} MiB chunks`;
    most(`${name}, p99`, 250, large.p99, "ms");
    most(`${name} against 20 MiB, p50`, SAME, large.p50 / small.p50, "×");
  }
  if (metadata) {
    const { recording, asking } = metadata;
    for (const place of new Set(recording.map((one) => one.place))) {
      const [few, many] = recording.filter((one) => one.place === place);
      if (!few || !many) continue;
      const where = place === "memory" ? "database in memory" : "database on disk";
      const name = `recording a chunk among ${many.chunks} (${where})`;
      most(`${name}, p50`, 0.3, many.p50, "ms");
      most(`${name} against ${few.chunks}, p50`, SAME, many.p50 / few.p50, "×");
    }
    const busy = (rate: Uploads) =>
      Math.max(...asking.filter(({ uploads }) => uploads === rate).map(({ p99 }) => p99));
    most("GET test while uploads fill 1 Gbit/s, p99", 1, busy("gigabit"), "ms");
    most("GET test while uploads fill the machine, p99", 1, busy("all"), "ms");
  }
  if (archive) {
    const { photos, asked, indexingWait } = archive;
    const p95 = Math.max(...asked.map((one) => one.p95));
    most(`finding photos among ${photos}, p95 of the slowest kind`, 50, p95, "ms");
    const wait = Math.max(...asked.map((one) => one.wait));
    most("the longest wait of another request meanwhile", 50, wait, "ms");
    most("the longest wait while albums, tags and words are collected", 50, indexingWait, "ms");
  }
  const served = (serving ?? []).filter(({ server }) => server === "redeem");
  for (const { what, ratio } of served) least(`serving ${what} against nginx`, 0.9, ratio, "×");
  if (served.length > 0) {
    most("serving: peak memory", 120, Math.max(...served.map(({ peakMb }) => peakMb)), "MB");
  }
  if (media) least(`${CELL} while thumbnails are made, against none`, 0.9, media.ratio, "×");
  return goals.filter(({ got }) => Number.isFinite(got));
}

export function isMet({ wanted, atLeast, got }: Goal): boolean {
  return atLeast ? got >= wanted : got <= wanted;
}
