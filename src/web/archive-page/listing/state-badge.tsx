/** @jsxImportSource preact */
export type BadgeKind = "good" | "plain" | "warning" | "bad";

/** How something stands, in a word or two. */
export function StateBadge({ kind, children }: { kind: BadgeKind; children: string }) {
  return <span class={`badge ${kind}`}>{children}</span>;
}
