import { openDownloads } from "./download-connection.ts";
import type { Downloaded, Downloads } from "./downloads.ts";

/** The downloading client's process: what to fetch on standard input, what it took on standard output. */
const plan = (await Bun.stdin.json()) as Downloads;
const deadline = setTimeout(() => {
  console.error(`not done after ${plan.limitMs} ms`);
  process.exit(1);
}, plan.limitMs);
try {
  await Bun.write(Bun.stdout, JSON.stringify(await run(plan)));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
clearTimeout(deadline);

async function run({ port, heads, parallel, status }: Downloads): Promise<Downloaded> {
  const connections = await Promise.all(
    Array.from({ length: Math.min(parallel, heads.length) }, () => openDownloads(port)),
  );
  const took: number[] = [];
  let bytes = 0;
  let next = 0;
  const before = process.cpuUsage();
  const begun = performance.now();
  await Promise.all(
    connections.map(async (connection) => {
      for (let head = heads[next++]; head !== undefined; head = heads[next++]) {
        const asked = performance.now();
        const answer = await connection.fetch(head);
        if (answer.status !== status) throw new Error(`answered ${answer.status}: ${head}`);
        bytes += answer.bytes;
        took.push(performance.now() - asked);
      }
    }),
  );
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  for (const connection of connections) connection.end();
  return { ms, bytes, cpuMs: (user + system) / 1000, took };
}
