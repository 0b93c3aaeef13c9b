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

/** @param print the upload token's fingerprint, which tells its files from those of other tokens; the token itself is never stored */
export function rememberFiles(print: string): Remembered {
  const range = IDBKeyRange.bound(`${print}/`, `${print}/\uffff`);
  const pending = new Map<string, FileRecord | null>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let opened: IDBDatabase | undefined;
  const database = openDatabase().then((db) => (opened = db));

  const use = async <T>(
    mode: IDBTransactionMode,
    run: (store: IDBObjectStore) => IDBRequest<T>,
  ) => {
    const db = opened ?? (await database);
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
  };

  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    if (pending.size === 0) return;
    const writing = [...pending];
    pending.clear();
    await use("readwrite", (store) => {
      for (const [id, record] of writing) {
        if (record === null) store.delete(`${print}/${id}`);
        else store.put(record, `${print}/${id}`);
      }
      return store.count();
    });
  };

  const later = (id: string, record: FileRecord | null) => {
    pending.set(id, record);
    timer ??= setTimeout(() => void flush(), WRITE_MS);
  };

  return {
    async all() {
      await flush();
      const found = (await use<unknown[]>("readonly", (store) => store.getAll(range))) ?? [];
      return found.flatMap((value) => readRecord(value) ?? []);
    },
    keep: (record) => later(record.id, record),
    async keepNew(records) {
      await use("readwrite", (store) => {
        for (const record of records) {
          store.add(record, `${print}/${record.id}`).addEventListener("error", keepOld);
        }
        return store.count();
      });
    },
    forget: (id) => later(id, null),
    async forgetAll() {
      pending.clear();
      await use("readwrite", (store) => store.delete(range));
    },
    flush,
  };
}

/** Handles `add` failing because a record exists: the error is stopped here, or it would abort the whole transaction. */
function keepOld(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}

function openDatabase(): Promise<IDBDatabase | undefined> {
  return new Promise((resolve) => {
    try {
      const opening = indexedDB.open("redeem-upload", 1);
      opening.addEventListener("upgradeneeded", () => opening.result.createObjectStore(STORE));
      opening.addEventListener("error", () => resolve(undefined));
      opening.addEventListener("success", () => {
        const db = opening.result;
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
