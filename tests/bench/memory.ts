import { findContenders, REDEEM } from "./contenders.ts";
import { costOf } from "./cost.ts";
import { send } from "./plan.ts";
import { say, using } from "./workspace.ts";

export type Memory = { bytes: number; way: string; peakMb: number };

const MIB = 1024 * 1024;

/** Peak memory of the server for a small and a very large file, each with a fresh process. */
export async function measureMemory(quick: boolean, full: boolean): Promise<Memory[]> {
  const { contenders } = await findContenders(false);
  const redeem = contenders.find(({ name }) => name === REDEEM);
  if (!redeem) throw new Error("Redeem always takes part");
  const small = 104 * MIB;
  const large = quick ? 512 * MIB : full ? 9536 * MIB : 2048 * MIB;
  const results: Memory[] = [];
  for (const totalSize of [small, large]) {
    for (const whole of [false, true]) {
      say(`memory: ${totalSize / MIB} MiB, ${whole ? "whole" : "8 MiB chunks"}`);
      const parallel = whole ? 1 : 3;
      const chunkSize = whole ? totalSize : 8 * MIB;
      const transfer = { name: "memory.mp4", totalSize, chunkSize, whole, parallel };
      const peak = await using(redeem.start, async (server) => {
        const lanes = await server.lanes(transfer);
        await send({ port: server.port, lanes, parallel });
        return (await costOf(server.pid))?.peakBytes ?? Number.NaN;
      });
      const way = whole ? "whole" : "8 MiB chunks × 3";
      results.push({ bytes: totalSize, way, peakMb: peak / 1e6 });
    }
  }
  return results;
}
