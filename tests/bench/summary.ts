import { FLOOR, NGINX } from "./contenders.ts";
import { median } from "./statistics.ts";
import type { Sample } from "./throughput.ts";

type Figure = Exclude<keyof Sample, "cell" | "contender" | "turn">;

/** The medians of all turns. */
export type Row = Omit<Sample, "turn"> & {
  /** Throughput against the yardstick's, and CPU against the floor's: medians of each turn's ratio. */
  ratio: number;
  cpuRatio: number;
};

/** Whom everybody is compared with: nginx, or the floor where there is none. */
export function yardstickOf(samples: readonly Sample[]): string {
  return samples.some(({ contender }) => contender === NGINX) ? NGINX : FLOOR;
}

export function summarize(samples: readonly Sample[]): Row[] {
  const yardstick = yardstickOf(samples);
  const rows: Row[] = [];
  const cells = [...new Set(samples.map(({ cell }) => cell))];
  const contenders = [...new Set(samples.map(({ contender }) => contender))];
  for (const cell of cells) {
    for (const contender of contenders) {
      const of = samples.filter((one) => one.cell === cell && one.contender === contender);
      if (of.length === 0) continue;
      const middle = (figure: Figure) => median(of.map((sample) => sample[figure]));
      rows.push({
        cell,
        contender,
        mbPerSecond: middle("mbPerSecond"),
        cpuPerGb: middle("cpuPerGb"),
        peakMb: Math.max(...of.map(({ peakMb }) => peakMb)),
        requestsPerSecond: middle("requestsPerSecond"),
        p50: middle("p50"),
        p99: middle("p99"),
        completing: middle("completing"),
        completingWaited: middle("completingWaited"),
        clientCpuPerGb: middle("clientCpuPerGb"),
        clientBusy: middle("clientBusy"),
        ratio: ratioOf(samples, cell, contender, yardstick, "mbPerSecond"),
        cpuRatio: ratioOf(samples, cell, contender, FLOOR, "cpuPerGb"),
      });
    }
  }
  return rows;
}

/**
 * One contender's figure against another's, turn by turn: what both did in the same minute. The
 * median of that. NaN where one of them did not take part.
 */
export function ratioOf(
  samples: readonly Sample[],
  cell: string,
  contender: string,
  against: string,
  figure: Figure,
): number {
  const ratios = samples
    .filter((one) => one.cell === cell && one.contender === contender)
    .map((one) => {
      const other = samples.find(
        (sample) =>
          sample.cell === cell && sample.contender === against && sample.turn === one.turn,
      );
      return other ? one[figure] / other[figure] : Number.NaN;
    });
  return median(ratios);
}
