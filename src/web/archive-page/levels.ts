import type { ArchivePageData } from "./page-data.ts";

type Level = ArchivePageData["level"];

const LEVELS: readonly Level[] = ["read", "write", "admin", "super"];

/** Whether who is signed in has this level, or one above it (protocol 2). */
export function hasLevelOf(data: Pick<ArchivePageData, "level">, level: Level): boolean {
  return LEVELS.indexOf(data.level) >= LEVELS.indexOf(level);
}
