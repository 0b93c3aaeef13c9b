import { tellCancelled } from "./cancel.ts";
import { isOver } from "./file-upload.ts";
import type { Machine } from "./machine.ts";
import { countNumbers } from "./ranges.ts";
import type { FileRecord } from "./remembered.ts";
import type { Picked, Unfinished } from "./types.ts";

/** Adds what TypeScript does not declare of the File System Access API yet. */
type AskableHandle = FileSystemFileHandle & {
  queryPermission?(options: { mode: "read" }): Promise<PermissionState>;
  requestPermission?(options: { mode: "read" }): Promise<PermissionState>;
};

/**
 * Files of earlier visits that have not arrived, without those that this or another tab has listed. One of which nothing was
 * sent is offered only if the browser kept its handle: otherwise there is nothing to continue.
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
        // The file was changed: what the server has of it is dropped, and it is sent as it is now, from its beginning.
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
    // In browsers without `queryPermission`, handles need no permission.
    const granted =
      handle.queryPermission === undefined ||
      (await handle.queryPermission(mode)) === "granted" ||
      (await handle.requestPermission?.(mode)) === "granted";
    return granted ? await handle.getFile() : undefined;
  } catch {
    return undefined;
  }
}

/** Forgets a file, and has the server free its use, for which a guest who only clears the list need not wait. */
async function forgetRecord(machine: Machine, record: FileRecord): Promise<void> {
  machine.records.forget(record.id);
  await machine.records.flush();
  void giveUp(machine, record);
}

/** Forgets a file and waits until the server has freed its use, which the next file may need. */
async function giveUp(machine: Machine, record: FileRecord): Promise<void> {
  const { id, name, path, size, chunkSize } = record;
  machine.records.forget(id);
  if (chunkSize === undefined) return;
  const identity = { identifier: id, name, path, size, chunkSize };
  await tellCancelled(machine, { identity });
  machine.status.askSoon();
}
