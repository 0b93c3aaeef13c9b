import { tellCancelled } from "./cancel.ts";
import { isOver } from "./file-upload.ts";
import type { Machine } from "./machine.ts";
import { countNumbers } from "./ranges.ts";
import type { FileRecord } from "./remembered.ts";
import type { Picked, Unfinished } from "./types.ts";

/** What TypeScript does not declare of the File System Access API yet. */
type AskableHandle = FileSystemFileHandle & {
  queryPermission?(options: { mode: "read" }): Promise<PermissionState>;
  requestPermission?(options: { mode: "read" }): Promise<PermissionState>;
};

/**
 * What earlier visits have left, but for files that are listed, here or in another tab. One that had not begun is
 * worth a line only if it can go on by itself.
 */
export async function listUnfinished(
  machine: Machine,
  add: (files: readonly Picked[]) => void,
): Promise<Unfinished[]> {
  const [records, held] = await Promise.all([machine.records.all(), machine.locks.held()]);
  const listed = (id: string) => {
    const upload = machine.uploads.get(id);
    return upload !== undefined && !isOver(upload);
  };
  return records
    .filter(({ chunkSize, handle }) => chunkSize !== undefined || handle !== undefined)
    .filter(({ id }) => !listed(id) && !held.has(id))
    .map((record) => toUnfinished(machine, record, add));
}

function toUnfinished(
  machine: Machine,
  record: FileRecord,
  add: (files: readonly Picked[]) => void,
): Unfinished {
  const { id, name, path, size, chunkSize, stored, handle } = record;
  const bytes = Math.min(countNumbers(stored) * (chunkSize ?? 0), size);
  return {
    id,
    name,
    path,
    size,
    percent: size === 0 ? 0 : Math.floor((100 * bytes) / size),
    canContinue: handle !== undefined,
    async continue() {
      if (handle === undefined) return false;
      const file = await readHandle(handle);
      if (file === undefined) return false;
      if (file.size !== size || file.lastModified !== record.lastModified) {
        // It was changed: what the server has is no part of it. It is sent as it is now, from its beginning.
        await giveUp(machine, record);
      }
      add([{ file, path, handle }]);
      return true;
    },
    forget: () => forgetRecord(machine, record),
  };
}

/** The file as it is now; undefined if it is not there or may not be read. */
async function readHandle(handle: AskableHandle): Promise<File | undefined> {
  const mode = { mode: "read" } as const;
  try {
    // A browser that cannot be asked for permission has no handles that need one.
    const granted =
      handle.queryPermission === undefined ||
      (await handle.queryPermission(mode)) === "granted" ||
      (await handle.requestPermission?.(mode)) === "granted";
    return granted ? await handle.getFile() : undefined;
  } catch {
    return undefined;
  }
}

/** Forgets a file, and has the server free its use; that is waited for by nobody who only clears a list. */
async function forgetRecord(machine: Machine, record: FileRecord): Promise<void> {
  machine.records.forget(record.id);
  await machine.records.flush();
  void giveUp(machine, record);
}

/** Has the server free the use of a file, which the next one may need. */
async function giveUp(machine: Machine, record: FileRecord): Promise<void> {
  const { id, name, path, size, chunkSize } = record;
  machine.records.forget(id);
  if (chunkSize === undefined) return;
  const identity = { identifier: id, name, path, size, chunkSize };
  await tellCancelled(machine, { identity });
  machine.status.askSoon();
}
