/** @jsxImportSource preact */
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.tsx";

export type NoticeKind = "info" | "good" | "warning" | "bad";

const ICONS: Record<NoticeKind, IconName> = {
  info: "bell",
  good: "check",
  warning: "alert",
  bad: "alert",
};

/** A sentence that wants to be read. What is bad interrupts a screen reader, all else waits for its turn. */
export function Notice({ kind, children }: { kind: NoticeKind; children: ComponentChildren }) {
  return (
    <div class={`notice ${kind}`} role={kind === "bad" ? "alert" : "status"}>
      <Icon name={ICONS[kind]} />
      <div class="notice-text">{children}</div>
    </div>
  );
}
