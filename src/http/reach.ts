import type { Reach } from "../upload/link.ts";
import { hasLevel, type Caller } from "./caller.ts";

/** Whose upload tokens a caller may look at and change: level admin those of all, others their own user's. */
export function reachOf(caller: Caller): Reach {
  return hasLevel(caller, "admin") ? "all" : { userId: caller.userId };
}
