import type { Picked } from "../transfer/types.ts";
import { inFolder, isClutter, type Chosen } from "./chosen.ts";

/** Something that was dropped: what a browser says of it while the event lasts. */
type Dropped = {
  handle: Promise<FileSystemHandle | null> | undefined;
  entry: FileSystemEntry | null;
  file: File | null;
};

/**
 * All files of a drop, those in folders too. To be called while the event lasts: afterwards a browser says nothing of it.
 * Where it hands out handles, the files can be gone on with at a later visit.
 */
export function readDropped(data: DataTransfer): Promise<Chosen> {
  const dropped = [...data.items]
    .filter((item) => item.kind === "file")
    .map((item): Dropped => {
      // A browser that knows the method may still refuse it for what a script has put there.
      const handle = (item as { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> })
        .getAsFileSystemHandle?.()
        .catch(() => null);
      return { handle, entry: item.webkitGetAsEntry(), file: item.getAsFile() };
    });
  return collect(dropped);
}

async function collect(dropped: readonly Dropped[]): Promise<Chosen> {
  const chosen: Chosen = { picked: [], unreadable: 0 };
  for (const one of dropped) {
    const handle = (await one.handle) ?? null;
    if (handle !== null) await walkHandle(handle, "", chosen);
    else if (one.entry !== null) await walkEntry(one.entry, "", chosen);
    else if (one.file !== null) chosen.picked.push({ file: one.file, path: "" });
  }
  return chosen;
}

/** Names in the order that a person expects: "2.jpg" before "10.jpg". */
const byName = new Intl.Collator(undefined, { numeric: true });
const inOrder = <Named extends { name: string }>(found: Named[]) =>
  found.sort((one, other) => byName.compare(one.name, other.name));

async function walkHandle(handle: FileSystemHandle, path: string, chosen: Chosen): Promise<void> {
  try {
    if (handle.kind === "file") {
      const file = await (handle as FileSystemFileHandle).getFile();
      add({ file, path, handle: handle as FileSystemFileHandle }, chosen);
      return;
    }
    const found: FileSystemHandle[] = [];
    for await (const inner of valuesOf(handle)) found.push(inner);
    for (const inner of inOrder(found)) {
      await walkHandle(inner, inFolder(path, handle.name), chosen);
    }
  } catch {
    chosen.unreadable += 1;
  }
}

/** TypeScript's DOM library knows the iterators of folders in one of its versions alone. */
function valuesOf(folder: FileSystemHandle): AsyncIterable<FileSystemHandle> {
  return (folder as unknown as { values(): AsyncIterable<FileSystemHandle> }).values();
}

async function walkEntry(entry: FileSystemEntry, path: string, chosen: Chosen): Promise<void> {
  try {
    if (entry.isFile) {
      const file = await new Promise<File>((resolve, reject) =>
        (entry as FileSystemFileEntry).file(resolve, reject),
      );
      add({ file, path }, chosen);
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    for (const inner of inOrder(await readAll(reader))) {
      await walkEntry(inner, inFolder(path, entry.name), chosen);
    }
  } catch {
    chosen.unreadable += 1;
  }
}

/** A browser gives the entries of a folder by the hundred, and none when there are no more. */
async function readAll(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function add(picked: Picked, chosen: Chosen): void {
  if (picked.path === "" || !isClutter(picked.file.name)) chosen.picked.push(picked);
}
