import { costOf } from "./cost.ts";
import type { Contender, Running } from "./contenders.ts";
import { send } from "./plan.ts";
import type { Transfer } from "./requests.ts";
import { percentile } from "./statistics.ts";
import { say, using } from "./workspace.ts";

/** One way of sending the same bytes: a block of rows in the table. */
export type Cell = Omit<Transfer, "name">;

const MIB = 1024 * 1024;

/** @param only cells as `--cells` names them ("1x3"); empty is all */
export function cellsOf(quick: boolean, only: readonly string[]): Cell[] {
  const cells: Cell[] = [];
  for (const [chunkMib, totalMib] of quick
    ? [
        [1, 64],
        [8, 128],
        [100, 300],
      ]
    : [
        [1, 512],
        [8, 1024],
        [100, 1000],
      ]) {
    for (const parallel of [1, 3, 10]) {
      const chunkSize = chunkMib! * MIB;
      cells.push({ chunkSize, totalSize: totalMib! * MIB, parallel, whole: false });
    }
  }
  const whole = (quick ? 256 : 1024) * MIB;
  cells.push({ chunkSize: whole, totalSize: whole, parallel: 1, whole: true });
  if (only.length === 0) return cells;
  return cells.filter((cell) => only.includes(`${cell.chunkSize / MIB}x${cell.parallel}`));
}

/** The cell that the goals are about: it is measured more often than the others in each round. */
export const GOAL = { chunkSize: 8 * MIB, parallel: 3 };
const GOAL_TURNS = 3;

function isGoal({ chunkSize, parallel, whole }: Cell): boolean {
  return !whole && chunkSize === GOAL.chunkSize && parallel === GOAL.parallel;
}

export function nameOf({ chunkSize, parallel, whole }: Omit<Cell, "totalSize">): string {
  return whole ? `whole, ${chunkSize / MIB} MiB` : `${chunkSize / MIB} MiB × ${parallel}`;
}

/** What one contender did in one round. NaN where it cannot be known. */
export type Sample = {
  cell: string;
  contender: string;
  /** Samples of one cell and one turn were taken directly one after another. */
  turn: number;
  /** Millions of bytes in a second. */
  mbPerSecond: number;
  /** Seconds of the server's CPU for 10^9 bytes. */
  cpuPerGb: number;
  /** 10^6 bytes. */
  peakMb: number;
  requestsPerSecond: number;
  /** Milliseconds, of a whole request. */
  p50: number;
  p99: number;
  /** Milliseconds, of the last answer: from its request's first byte, and from its last. */
  completing: number;
  completingWaited: number;
  /** The client's own: it must be the smaller part of the time. */
  clientCpuPerGb: number;
  clientBusy: number;
};

/**
 * Every cell with every contender, as often as there are rounds. In a cell contenders follow one
 * another at once, so that a slow minute of the machine is everybody's, and every second turn goes
 * backwards.
 */
export async function measureThroughput(
  contenders: readonly Contender[],
  cells: readonly Cell[],
  rounds: number,
): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const cell of cells) {
      const turns = isGoal(cell) ? GOAL_TURNS : 1;
      for (let turn = round * turns; turn < (round + 1) * turns; turn += 1) {
        const order = turn % 2 === 0 ? contenders : contenders.toReversed();
        for (const contender of order) {
          const figures = await using(contender.start, (server) =>
            measure(contender, server, cell),
          );
          const sample = { cell: nameOf(cell), contender: contender.name, turn, ...figures };
          samples.push(sample);
          say(progress(sample, round + 1, rounds));
        }
      }
    }
  }
  return samples;
}

function progress(sample: Sample, round: number, rounds: number): string {
  const speed = sample.mbPerSecond.toFixed(0).padStart(6);
  return `round ${round}/${rounds}  ${sample.cell.padEnd(16)}${sample.contender.padEnd(14)}${speed} MB/s`;
}

type Figures = Omit<Sample, "cell" | "contender" | "turn">;

async function measure(contender: Contender, server: Running, cell: Cell): Promise<Figures> {
  await warmUp(server);
  const lanes = await server.lanes({ ...cell, name: "measured.mp4" });
  const before = await costOf(server.pid);
  const sending = await send({ port: server.port, lanes, parallel: cell.parallel });
  const after = await costOf(server.pid);
  if (contender.says && !sending.last.answer.includes(contender.says)) {
    throw new Error(`${contender.name} did not complete the file: ${sending.last.answer}`);
  }
  const gigabytes = sending.bytes / 1e9;
  const seconds = sending.ms / 1000;
  const cpu = (after?.cpuSeconds ?? Number.NaN) - (before?.cpuSeconds ?? Number.NaN);
  return {
    mbPerSecond: sending.bytes / 1e6 / seconds,
    cpuPerGb: cpu / gigabytes,
    peakMb: (after?.peakBytes ?? Number.NaN) / 1e6,
    requestsPerSecond: sending.took.length / seconds,
    p50: percentile(sending.took, 0.5),
    p99: percentile(sending.took, 0.99),
    completing: contender.completes ? sending.last.took : Number.NaN,
    completingWaited: contender.completes ? sending.last.waited : Number.NaN,
    clientCpuPerGb: sending.cpuMs / 1000 / gigabytes,
    clientBusy: sending.cpuMs / sending.ms,
  };
}

/** A small file first: what is compiled or opened once is not what is compared. */
async function warmUp(server: Running): Promise<void> {
  const warm = { name: "warm.mp4", chunkSize: MIB, totalSize: 24 * MIB, whole: false, parallel: 3 };
  await send({ port: server.port, lanes: await server.lanes(warm), parallel: 3 });
}
