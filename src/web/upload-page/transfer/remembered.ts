import { type Ranges, readRanges } from "./ranges.ts";

/** What the browser's IndexedDB keeps of an unfinished file, so that it can continue after the page was closed. */
export type FileRecord = {
  id: string;
  name: string;
  path: string;
  size: number;
  /** When the file was last changed, in Unix milliseconds, as the browser reports it. */
  lastModified: number;
  /** In bytes; undefined while nothing of the file has been sent. */
  chunkSize: number | undefined;
  /** Numbers of the chunks that the server has. */
  stored: Ranges;
  handle: FileSystemFileHandle | undefined;
  /** When this record was written, in Unix milliseconds. */
  at: number;
};

/** The records of one upload token. Where the browser keeps nothing (private windows, full disks) reading finds none and writing does nothing. */
export type Remembered = {
  all(): Promise<FileRecord[]>;
  /** Written within `WRITE_MS`, together with other changes. */
  keep(record: FileRecord): void;
  /** Written at once; files that have a record keep that one. */
  keepNew(records: readonly FileRecord[]): Promise<void>;
  forget(id: string): void;
  forgetAll(): Promise<void>;
  /** Writes what is not written yet. */
  flush(): Promise<void>;
};

const STORE = "files";
const WRITE_MS = 250;
/** Older records are deleted. By default the server keeps unfinished uploads for a day; after a month hardly any server has the bytes. */
const LONGEST_MS = 30 * 24 * 3600_000;

/**
 * What is to be written, by key, and the one connection by which that is done, for all tokens and photos of a page: whoever reads finds what
 * another has just forgotten.
 */
const pending = new Map<string, FileRecord | null>();
let timer: ReturnType<typeof setTimeout> | undefined;
let opening: Promise<IDBDatabase | undefined> | undefined;
let opened: IDBDatabase | undefined;

/** @param print the upload token's fingerprint, which tells its files from those of other tokens; the token itself is never stored */
export function rememberFiles(print: string): Remembered {
  const range = IDBKeyRange.bound(`${print}/`, `${print}/\uffff`);
  const keyOf = (id: string) => `${print}/${id}`;
  return {
    async all() {
      await flush();
      const found = (await use<unknown[]>("readonly", (store) => store.getAll(range))) ?? [];
      return found.flatMap((value) => readRecord(value) ?? []);
    },
    keep: (record) => later(keyOf(record.id), record),
    async keepNew(records) {
      await use("readwrite", (store) => {
        for (const record of records) {
          store.add(record, keyOf(record.id)).addEventListener("error", keepOld);
        }
        return store.count();
      });
    },
    forget: (id) => later(keyOf(id), null),
    async forgetAll() {
      for (const key of pending.keys()) if (key.startsWith(keyOf(""))) pending.delete(key);
      await use("readwrite", (store) => store.delete(range));
    },
    flush,
  };
}

function later(key: string, record: FileRecord | null): void {
  pending.set(key, record);
  timer ??= setTimeout(() => void flush(), WRITE_MS);
}

async function flush(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  if (pending.size === 0) return;
  const writing = [...pending];
  pending.clear();
  await use("readwrite", (store) => {
    for (const [key, record] of writing) {
      if (record === null) store.delete(key);
      else store.put(record, key);
    }
    return store.count();
  });
}

async function use<T>(
  mode: IDBTransactionMode,
  run: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T | undefined> {
  // Without a turn of the event loop where it is open: a page that is being left has none.
  const db = opened ?? (await openOnce());
  if (db === undefined) return undefined;
  return new Promise<T | undefined>((resolve) => {
    try {
      const transaction = db.transaction(STORE, mode, { durability: "relaxed" });
      const request = run(transaction.objectStore(STORE));
      // Committed without waiting for the requests in it: when the page is being left there is no time for that.
      transaction.commit();
      transaction.addEventListener("complete", () => resolve(request.result));
      transaction.addEventListener("abort", () => resolve(undefined));
    } catch {
      resolve(undefined);
    }
  });
}

async function openOnce(): Promise<IDBDatabase | undefined> {
  opening ??= openDatabase();
  opened = await opening;
  return opened;
}

/** Handles `add` failing because a record exists: the error is stopped here, or it would abort the whole transaction. */
function keepOld(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}

function openDatabase(): Promise<IDBDatabase | undefined> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open("redeem-upload", 1);
      request.addEventListener("upgradeneeded", () => request.result.createObjectStore(STORE));
      request.addEventListener("error", () => resolve(undefined));
      request.addEventListener("success", () => {
        const db = request.result;
        // A later version of the page, in another tab, wants to change the database: this page closes it and goes on without.
        db.addEventListener("versionchange", () => db.close());
        forgetOld(db);
        resolve(db);
      });
    } catch {
      resolve(undefined);
    }
  });
}

/** Deletes records that are too old or cannot be read. */
function forgetOld(db: IDBDatabase): void {
  const store = db.transaction(STORE, "readwrite").objectStore(STORE);
  const walk = store.openCursor();
  walk.addEventListener("success", () => {
    const cursor = walk.result;
    if (cursor === null) return;
    const record = readRecord(cursor.value);
    if (record === undefined || Date.now() - record.at > LONGEST_MS) cursor.delete();
    cursor.continue();
  });
}

/** A stored value as a record; undefined if it is none (another version of the page may have written it). */
function readRecord(value: unknown): FileRecord | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { id, name, path, size, lastModified, chunkSize, stored, handle, at } = value as FileRecord;
  if (typeof id !== "string" || typeof name !== "string" || typeof path !== "string") return;
  if (!Number.isSafeInteger(size) || typeof lastModified !== "number" || typeof at !== "number")
    return;
  const begun = Number.isSafeInteger(chunkSize) && (chunkSize ?? 0) > 0;
  return {
    id,
    name,
    path,
    size,
    lastModified,
    chunkSize: begun ? chunkSize : undefined,
    stored: begun ? readRanges(stored, Math.max(1, Math.ceil(size / (chunkSize ?? 1)))) : [],
    handle,
    at,
  };
}
