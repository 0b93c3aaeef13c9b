/** @jsxImportSource preact */
import { useMemo } from "preact/hooks";
import { qrModules } from "./qr-modules.ts";

/** A text as a QR code, drawn as one path. Black on white in dark mode as well: many cameras read no other. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => drawn(text), [text]);
  return (
    <svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`}>
      <rect width={size} height={size} />
      <path d={path} shape-rendering="crispEdges" />
    </svg>
  );
}

/** The code's path, in which each run of dark modules in a row is a rectangle. `size`: modules of a side. */
function drawn(text: string): { size: number; path: string } {
  const { size, dark } = qrModules(text);
  const runs: string[] = [];
  for (const [y, row] of dark.entries()) {
    for (let x = 0; x < size; x += 1) {
      if (!row[x]) continue;
      const from = x;
      while (row[x + 1]) x += 1;
      runs.push(`M${from} ${y}h${x - from + 1}v1h${from - x - 1}z`);
    }
  }
  return { size, path: runs.join("") };
}
