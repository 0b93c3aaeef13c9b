import { formatBytes, formatDuration } from "../units.ts";

/** How often a bar is drawn, and a plain line is written, in milliseconds. */
const DRAW_MS = 200;
const LINE_MS = 30_000;

const WIDTH = 24;

/** Says on standard error how far a long command has come. */
export type Progress = {
  /** So many more bytes are done. */
  add(bytes: number): void;
  /** Takes the bar away for something to be printed in its place; it is drawn again with the next bytes. */
  clear(): void;
};

export type ProgressOptions = {
  isTerminal: boolean;
  write: (text: string) => void;
  /** A clock that never jumps, in milliseconds. */
  now: () => number;
};

/** To the person at the keyboard, or to a file. */
const TO_STANDARD_ERROR: ProgressOptions = {
  isTerminal: process.stderr.isTTY === true,
  write: (text) => void process.stderr.write(text),
  now: () => performance.now(),
};

/**
 * A bar on a terminal, a line now and then elsewhere.
 * @param total bytes that are to be done
 */
export function createProgress(
  total: number,
  { isTerminal, write, now: clock } = TO_STANDARD_ERROR,
): Progress {
  const began = clock();
  let done = 0;
  let saidAt = began;
  let drawn = false;

  function text(now: number): string {
    const share = total === 0 ? 1 : Math.min(done / total, 1);
    const ms = now - began;
    const left = done > 0 ? (ms / done) * Math.max(total - done, 0) : 0;
    const speed = formatBytes(Math.round((done / Math.max(ms, 1)) * 1000));
    const words = `${formatBytes(done)} of ${formatBytes(total)}, ${speed}/s, ${inWords(left)} left`;
    const percent = `${Math.floor(share * 100)} %`.padStart(5);
    if (!isTerminal) return `${percent.trim()}, ${words}\n`;
    const filled = Math.round(share * WIDTH);
    return `\r\x1b[2K[${"#".repeat(filled)}${"-".repeat(WIDTH - filled)}]${percent}  ${words}`;
  }

  return {
    add: (bytes) => {
      done += bytes;
      const now = clock();
      if (now - saidAt < (isTerminal ? DRAW_MS : LINE_MS)) return;
      saidAt = now;
      drawn = isTerminal;
      write(text(now));
    },
    clear: () => {
      if (drawn) write("\r\x1b[2K");
      drawn = false;
    },
  };
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return formatDuration((seconds > 120 ? Math.round(seconds / 60) * 60 : seconds) * 1000);
}
