import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

export type Options = {
  /** Small amounts: to see that it works, not to be believed. */
  quick: boolean;
  /** 10 GB where 2 GB do otherwise. */
  full: boolean;
  rounds: number;
  /** Contenders and sections by name; empty is all. */
  only: string[];
  noSync: boolean;
  /** Another program than the source, such as the built binary. */
  program: string | undefined;
  /** A checkout of another commit, whose Redeem takes part as "redeem before". */
  before: string | undefined;
  /** The cells of the throughput section: "1x3" is chunks of 1 MiB, 3 at a time; empty is all. */
  cells: string[];
  json: string;
};

const HELP = `bun run bench [options]

  --quick         small amounts and one round: to see that it works
  --full          10 GB in the memory section, instead of 2 GB
  --rounds N      rounds, in alternating order (3)
  --only A,B      only these contenders (redeem, "redeem octet", nginx, tus, naive, floor)
                   or sections (throughput, completing, metadata, memory, gets, page,
                   archive, serving, media)
  --nosync        one more row: Redeem with REDEEM_SYNC=0
  --program FILE  Redeem as this program (after "bun run build": dist/redeem), not as the source
  --before DIR    one more row: Redeem as it is in another checkout, such as a git worktree
  --cells A,B     only these cells of the throughput section: "1x3,8x10", chunks of so many MiB, so many at once
  --json FILE     where the figures go (a file in the system's temp folder)
`;

export function readOptions(args = process.argv.slice(2)): Options {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: "boolean", default: false },
      full: { type: "boolean", default: false },
      rounds: { type: "string" },
      only: { type: "string", default: "" },
      nosync: { type: "boolean", default: false },
      program: { type: "string" },
      before: { type: "string" },
      cells: { type: "string", default: "" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100) {
    throw new Error("--rounds is a whole number from 1 to 100");
  }
  return {
    quick: values.quick,
    full: values.full,
    rounds,
    only: listOf(values.only),
    cells: listOf(values.cells),
    before: values.before && resolve(values.before),
    noSync: values.nosync,
    program: values.program && resolve(values.program),
    json: values.json ?? join(tmpdir(), `redeem-bench-${Date.now()}.json`),
  };
}

function listOf(text: string): string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
}
