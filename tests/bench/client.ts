import { createFile } from "./block.ts";
import { connect } from "./connection.ts";
import type { Lane, Plan, Sending } from "./plan.ts";

/** The client's process: a plan on standard input, its times on standard output. */
const plan = (await Bun.stdin.json()) as Plan;
const deadline = setTimeout(() => {
  console.error(`not done after ${plan.limitMs} ms`);
  process.exit(1);
}, plan.limitMs);
try {
  const sending = await run(plan);
  await Bun.write(Bun.stdout, JSON.stringify(sending));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
clearTimeout(deadline);

async function run({ port, lanes, parallel, pauseMs, rate }: Plan): Promise<Sending> {
  const file = createFile();
  const connections = await Promise.all(
    Array.from({ length: Math.min(parallel, lanes.length) }, () => connect(port, rate)),
  );
  const took: number[] = [];
  let last: Sending["last"] = { took: 0, waited: 0, answer: "" };
  let bytes = 0;
  let next = 0;

  async function follow(connection: (typeof connections)[number], lane: Lane): Promise<void> {
    let location = "";
    for (const sent of lane) {
      const head = Buffer.from(sent.head.replace("{location}", location));
      const done = await connection.exchange([
        head,
        ...file(sent.start, sent.length),
        Buffer.from(sent.tail),
      ]);
      if (done.status < 200 || done.status > 299) {
        throw new Error(`answered ${done.status}: ${done.text.slice(0, 300)}`);
      }
      if (done.location) location = new URL(done.location, "http://127.0.0.1").pathname;
      if (sent.setup) continue;
      bytes += sent.length;
      last = {
        took: done.answeredAt - done.begunAt,
        waited: done.answeredAt - done.sentAt,
        answer: done.text.slice(0, 500),
      };
      took.push(last.took);
      if (pauseMs) await Bun.sleep(pauseMs);
    }
  }

  const before = process.cpuUsage();
  const begun = performance.now();
  await Promise.all(
    connections.map(async (connection) => {
      for (let lane = lanes[next++]; lane; lane = lanes[next++]) await follow(connection, lane);
    }),
  );
  const ms = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  for (const connection of connections) connection.end();
  return { ms, bytes, cpuMs: (user + system) / 1000, took, last };
}
