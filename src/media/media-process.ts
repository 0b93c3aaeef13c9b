import { Value } from "@sinclair/typebox/value";
import { limitedCommand } from "./limited.ts";
import { MEDIA_COMMAND } from "./media-command.ts";
import { mediaSaying, type MediaOrder, type MediaSaying } from "./messages.ts";

/** Bytes of memory that the system gives a media process at most. */
const MEMORY = 1.5 * 1024 ** 3;

/** What it said before its end is heard. */
const LAST_WORDS_MS = 100;

/** Characters of a line, which is some hundred. */
const LONGEST_LINE = 10_000;

/** What a media process has said of an original; `died` where it ended, or was ended, before it was through. */
export type MediaResult = {
  facts: Extract<MediaSaying, { kind: "facts" }>["facts"] | null;
  end: Exclude<MediaSaying, { kind: "facts" }> | { kind: "died"; error: string };
};

/** A process that reads strangers' files, so that the server does not. */
export interface MediaProcess {
  /** One order at a time. It is killed where it takes longer than `limitMs`, and where it says what it may not. */
  carryOut(order: MediaOrder, limitMs: number): Promise<MediaResult>;
  isAlive(): boolean;
  /** Kills it, and what it has started. */
  kill(): void;
}

/**
 * @param program the command line of this program, to which the word for a media process is added
 */
export function startMediaProcess(program: readonly string[]): MediaProcess {
  const command = limitedCommand([...program, MEDIA_COMMAND], { memory: MEMORY });
  const child = Bun.spawn(command, {
    // Nothing of the server's own: there are keys in its environment.
    env: environment(),
    // Nor files of settings in the working folder, which Bun reads.
    cwd: "/",
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
    // A group of its own, which can be killed with what it has started.
    detached: true,
  });
  let alive = true;
  const exited = child.exited.then(() => {
    alive = false;
  });
  const lines = linesOf(child.stdout);
  // Not the end of its output: what it has started, and what got away, may still hold that.
  const ended = exited.then(async () => {
    await Bun.sleep(LAST_WORDS_MS);
    return { done: true, value: undefined } as const;
  });

  function kill(): void {
    if (!alive) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      child.kill("SIGKILL");
    }
  }

  async function carryOut(order: MediaOrder, limitMs: number): Promise<MediaResult> {
    let facts: MediaResult["facts"] = null;
    let why = "the process ended";
    const died = (): MediaResult => ({ facts, end: { kind: "died", error: why } });
    const timer = setTimeout(() => {
      why = `it took longer than ${limitMs / 1000} s`;
      kill();
    }, limitMs);
    try {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      await child.stdin.flush();
      for (;;) {
        const { done, value } = await Promise.race([lines.next(), ended]);
        if (done) break;
        const saying = sayingIn(value);
        if (!saying) {
          why = "it said what no media process says";
          break;
        }
        if (saying.kind !== "facts") return { facts, end: saying };
        facts = saying.facts;
      }
    } catch (error) {
      // EPIPE says no more than that: it had ended before it read its order.
      const { code = "EPIPE" } = error as { code?: string };
      if (code !== "EPIPE") why = code;
    } finally {
      clearTimeout(timer);
    }
    kill();
    await exited;
    return died();
  }

  return { carryOut, isAlive: () => alive, kill };
}

function environment(): Record<string, string> {
  const kept = ["PATH", "HOME", "TMPDIR", "BUN_TMPDIR", "SystemRoot", "TEMP"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  // It ends with the server, even where that is killed and this is at work.
  return { ...Object.fromEntries(kept), BUN_FEATURE_FLAG_NO_ORPHANS: "1" };
}

function sayingIn(line: string): MediaSaying | undefined {
  try {
    const said: unknown = JSON.parse(line);
    return Value.Check(mediaSaying, said) ? said : undefined;
  } catch {
    return undefined;
  }
}

/** Ends at a line that is longer than any of ours. */
async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of stream) {
    rest += decoder.decode(piece, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
    if (rest.length > LONGEST_LINE) return;
  }
}
