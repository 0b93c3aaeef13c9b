/** @jsxImportSource preact */
export type BadgeKind = "good" | "plain" | "warning" | "bad";

/** A coloured label with a state in one or two words. */
export function StateBadge({ kind, children }: { kind: BadgeKind; children: string }) {
  return <span class={`badge ${kind}`}>{children}</span>;
}
