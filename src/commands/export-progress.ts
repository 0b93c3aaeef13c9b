import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { OWN_FOLDER, type ExportProgress } from "../export/export.ts";

/** How an export says how far it is, on standard error. */
export type ExportProgressLine = {
  show(progress: ExportProgress): void;
  /** A line of its own. */
  say(line: string): void;
  end(): void;
};

/** A bar is drawn as often; where nobody looks at a terminal there is a line now and then. */
const DRAW_MS = 200;
const LINE_MS = 10_000;

const BAR = 24;

/**
 * A bar on a terminal, which goes on within a large file as well; plain lines elsewhere.
 * @param root the export's folder
 * @param total photos that there are, where that is known
 */
export function createExportProgress(
  root: string,
  total: number | undefined,
  stream: Pick<NodeJS.WriteStream, "isTTY" | "columns" | "write"> = process.stderr,
): ExportProgressLine {
  let last: ExportProgress | undefined;
  const isTerminal = stream.isTTY === true;
  const begun = performance.now();

  function draw(): void {
    if (!last) return;
    const bytes = last.bytes + (isTerminal ? underWay(root) : 0);
    const seconds = Math.max((performance.now() - begun) / 1000, 0.001);
    const of = total === undefined ? "" : ` of ${total}`;
    const text = `${last.photos}${of} photos, ${sizeOf(bytes)} copied, ${sizeOf(Math.round(bytes / seconds))}/s`;
    if (!isTerminal) {
      stream.write(`${text}\n`);
      return;
    }
    const line = total ? `${bar(last.photos / total)} ${text}` : text;
    stream.write(`\r\u001b[2K${line.slice(0, Math.max((stream.columns ?? 80) - 1, 10))}`);
  }

  const timer = setInterval(draw, isTerminal ? DRAW_MS : LINE_MS);
  timer.unref();
  return {
    show: (progress) => {
      last = progress;
    },
    say: (line) => {
      stream.write(`${isTerminal ? "\r\u001b[2K" : ""}${line}\n`);
    },
    end: () => {
      clearInterval(timer);
      if (!isTerminal) return;
      draw();
      if (last) stream.write("\n");
    },
  };
}

function bar(part: number): string {
  const done = Math.round(Math.min(part, 1) * BAR);
  return `[${"#".repeat(done)}${"-".repeat(BAR - done)}] ${Math.floor(Math.min(part, 1) * 100)} %`;
}

/** Bytes of files that are being copied at this moment. */
function underWay(root: string): number {
  try {
    const folder = join(root, OWN_FOLDER);
    return readdirSync(folder)
      .filter((name) => name.endsWith(".part"))
      .reduce(
        (sum, name) => sum + (lstatSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
        0,
      );
  } catch {
    return 0;
  }
}

/** In units that do not change with the number, so that a bar stays still. */
export function sizeOf(bytes: number): string {
  if (bytes < 10_000) return `${bytes} bytes`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
