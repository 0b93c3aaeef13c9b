/** @jsxImportSource preact */
import { percent } from "./locale.ts";

/** A bar. `fraction` is 0 to 1; `label` says of what. */
export function ProgressBar({ fraction, label }: { fraction: number; label: string }) {
  return <progress max={100} value={percent(fraction)} aria-label={label} />;
}
