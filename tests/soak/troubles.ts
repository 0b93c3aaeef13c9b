import type { SmallDisk } from "../support/small-disk.ts";
import type { Faults } from "./faults.ts";
import { doubtUnfinished, type Ledger } from "./ledger.ts";
import type { Living } from "./living.ts";
import type { Random } from "./random.ts";

/** What goes wrong with the machine, one after another. */
export type Troubles = {
  /** How often each has come, for the table in the end. */
  counts: Record<string, number>;
  /** Draws one of them and lives through it; resolves when the machine is well again. */
  next(random: Random): Promise<void>;
  /** The clock is right again. */
  end(): void;
};

/** Two jumps together are less than a token is valid, and less than a callback is tried. */
const FARTHEST_JUMP_S = 10 * 3600;

/** A callback may rest for an hour, and nobody can tell such a time from a clock that was ahead by less. */
const NEAREST_JUMP_S = 2 * 3600;

export function createTroubles(
  living: Living,
  ledger: Ledger,
  { faults, disk }: { faults: Faults | undefined; disk: SmallDisk | undefined },
): Troubles {
  const counts: Record<string, number> = {};
  const kinds: [name: string, live: (random: Random) => Promise<void>][] = [];
  if (faults) {
    kinds.push(
      ["times that syncs failed", (random) => failSyncs(faults, random)],
      [
        "jumps of the clock",
        async (random) =>
          jump(faults, random.pick([-1, 1]) * random.between(NEAREST_JUMP_S, FARTHEST_JUMP_S)),
      ],
    );
  }
  if (disk) kinds.push(["times that the disk was full", (random) => fillDisk(disk, random)]);

  function jump(machine: Faults, seconds: number): void {
    // First, so that no file begins in between that counts the jump, and has not seen it.
    ledger.jumps += 1;
    machine.setClock(seconds);
  }

  /** While syncs fail, and a little after: half of the times the process is killed in it. */
  async function failSyncs(machine: Faults, random: Random): Promise<void> {
    ledger.syncsFail = true;
    doubtUnfinished(ledger);
    machine.failSyncs(random.between(2, 20));
    await Bun.sleep(random.between(500, 4000));
    const mend = () => {
      machine.failSyncs(0);
      ledger.syncsFail = false;
      doubtUnfinished(ledger);
    };
    if (random.chance(0.5)) await living.restart("SIGKILL", mend);
    else mend();
  }

  return {
    counts,
    next: async (random) => {
      if (kinds.length === 0) return;
      const [name, live] = random.pick(kinds);
      counts[name] = (counts[name] ?? 0) + 1;
      await live(random);
    },
    end: () => {
      if (faults) jump(faults, 0);
    },
  };
}

async function fillDisk(disk: SmallDisk, random: Random): Promise<void> {
  disk.fill(random.between(0, 200) * 4096);
  await Bun.sleep(random.between(500, 4000));
  disk.empty();
}
