import { join } from "node:path";
import { startServer } from "../support/server.ts";
import { costOf } from "./cost.ts";
import { send, type Lane } from "./plan.ts";
import { request } from "./requests.ts";
import { median } from "./statistics.ts";
import { say, using } from "./workspace.ts";

/** Small GETs in a second, one at a time on each connection, with and without the bounds. */
export type Gets = {
  path: string;
  connections: number;
  /** Answered in a second; medians of all rounds. */
  bounded: number;
  unbounded: number;
  /** Of the two in a round, which come one after the other; their median. */
  ratio: number;
  /** Of the server's processor, in microseconds for a request. */
  boundedMicros: number;
  unboundedMicros: number;
};

const PATHS = ["/health", "/api/2/photo/list"];
const CONNECTIONS = 32;
const SERVER = join(import.meta.dir, "servers/gets.ts");

/** What it costs that requests under way are counted (src/http/admission.ts). */
export async function measureGets(quick: boolean, rounds: number): Promise<Gets[]> {
  const results: Gets[] = [];
  for (const path of PATHS) {
    const taken = { bounded: [] as Taken[], unbounded: [] as Taken[] };
    for (let round = 0; round < rounds; round += 1) {
      say(`gets: ${path}, round ${round + 1}`);
      const ways = ["bounded", "unbounded"] as const;
      // Every second round goes backwards.
      for (const way of round % 2 ? ways.toReversed() : ways) {
        taken[way].push(await take(way, path, quick ? 2000 : 30_000));
      }
    }
    const { bounded, unbounded } = taken;
    results.push({
      path,
      connections: CONNECTIONS,
      bounded: median(bounded.map(({ perSecond }) => perSecond)),
      unbounded: median(unbounded.map(({ perSecond }) => perSecond)),
      ratio: median(bounded.map((one, at) => one.perSecond / (unbounded[at]?.perSecond ?? NaN))),
      boundedMicros: median(bounded.map(({ micros }) => micros)),
      unboundedMicros: median(unbounded.map(({ micros }) => micros)),
    });
  }
  return results;
}

type Taken = { perSecond: number; micros: number };

async function take(way: "bounded" | "unbounded", path: string, count: number): Promise<Taken> {
  return using(
    (folder) => start(way, folder),
    async ({ port, pid }) => {
      const lane: Lane = Array.from({ length: 50 }, () => request("GET", path, {}));
      const plan = (requests: number) => ({
        port,
        lanes: Array.from({ length: requests / lane.length }, () => lane),
        parallel: CONNECTIONS,
      });
      await send(plan(CONNECTIONS * 50));
      const before = (await costOf(pid))?.cpuSeconds ?? Number.NaN;
      const { ms, took } = await send(plan(count));
      const after = (await costOf(pid))?.cpuSeconds ?? Number.NaN;
      return {
        perSecond: (took.length / ms) * 1000,
        micros: ((after - before) * 1e6) / took.length,
      };
    },
  );
}

async function start(way: string, folder: string) {
  const command = [process.execPath, SERVER, way];
  const server = await startServer({ folder, command, env: { REDEEM_PUBLIC_LIST: "1" } });
  return {
    port: server.port,
    pid: server.process.pid,
    stop: () => server.kill("SIGKILL"),
  };
}
