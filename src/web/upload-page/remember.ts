import { percent } from "../kit/locale.ts";
import { fingerprint } from "./transfer/identity.ts";

/** A file that was begun and not finished, as remembered over a closed page. */
export type RememberedFile = { id: string; name: string; size: number; percent: number };

export type Memory = {
  list(): RememberedFile[];
  /** `fraction` is 0 to 1. */
  keep(file: { id: string; name: string; size: number }, fraction: number): void;
  forget(id: string): void;
};

/** `store` is localStorage; it may be missing or full, and then the page simply forgets. */
export function createMemory(uploadToken: string, store: Storage | undefined): Memory {
  const key = `redeem-upload-${fingerprint(uploadToken)}`;

  const list = (): RememberedFile[] => {
    try {
      const found: unknown = JSON.parse(store?.getItem(key) ?? "[]");
      return Array.isArray(found) ? found.filter(isUnfinished) : [];
    } catch {
      return [];
    }
  };

  const write = (files: RememberedFile[]) => {
    try {
      if (files.length === 0) store?.removeItem(key);
      else store?.setItem(key, JSON.stringify(files));
    } catch {
      // Full or forbidden. The server still knows which bytes it has.
    }
  };

  return {
    list,
    keep({ id, name, size }, fraction) {
      const others = list().filter((file) => file.id !== id);
      write([...others, { id, name, size, percent: percent(fraction) }]);
    },
    forget(id) {
      write(list().filter((file) => file.id !== id));
    },
  };
}

function isUnfinished(value: unknown): value is RememberedFile {
  if (typeof value !== "object" || value === null) return false;
  const { id, name, size, percent: done } = value as Record<string, unknown>;
  return (
    typeof id === "string" &&
    typeof name === "string" &&
    typeof size === "number" &&
    typeof done === "number"
  );
}
