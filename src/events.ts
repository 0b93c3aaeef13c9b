/**
 * What happens on a site, in one list. Whoever does something says so here and nowhere else; the log
 * subscribes (log-events.ts), and so may whatever counts. No event holds a secret, nor anything of HTTP: a request's line
in the log has its client, and the ids of the photo or token that it was about (http/request-log.ts).
 */
export type SiteEvent =
  /** Bytes of a new file are taken. `size` is what the uploader says, in bytes. */
  | {
      kind: "upload begun";
      upload: number;
      token: number;
      filename: string;
      size: number | null;
      clientInfo: Record<string, string>;
    }
  /** Its uploader does not want it any more: its use is free, and its bytes are gone, or kept for some seconds. */
  | { kind: "upload cancelled"; upload: number; token: number }
  /** Its uploader wants it after all, and its bytes were kept: it holds a use again. */
  | { kind: "cancelling undone"; upload: number; token: number }
  /** More bytes of a file are on record. */
  | { kind: "chunk stored"; upload: number; token: number }
  /** An upload became no photo, and nobody is to blame: its connection broke, or it was never begun in earnest. */
  | { kind: "upload dropped"; upload: number; token: number }
  /** Another process has written: a command beside the server, perhaps. Nobody knows what. */
  | { kind: "changed elsewhere" }
  /** What happened could not be looked up for those who look at the archive: they are told to ask again. */
  | { kind: "feed failed"; error: string }
  /** A photo is on record. `seconds` since its upload was begun. */
  | {
      kind: "photo made";
      photo: number;
      upload: number;
      token: number;
      type: string;
      size: number;
      seconds: number;
    }
  /** A photo has new bytes, which are its `version`th. */
  | {
      kind: "photo replaced";
      photo: number;
      version: number;
      upload: number;
      token: number;
      type: string;
      size: number;
      seconds: number;
    }
  /** A file, or a chunk, was refused for good. */
  | { kind: "refused"; token: number; upload: number | null; code: string; why: string }
  /** The photo could not be made for now; its bytes wait for another try. */
  | { kind: "photo not made"; upload: number; error: string }
  /** What a request, or the last process, has left could not be deleted: it is tried again until it is (upload/deletions.ts). */
  | { kind: "upload not deleted"; upload: number | null; error: string }
  /** A photo's file could not be brought to its place; it is served from where it lies. */
  | { kind: "photo not placed"; photo: number; error: string }
  /** The hash of a photo's bytes could not be made; a later start tries again, and `redeem verify` says why. */
  | { kind: "not hashed"; photo: number; error: string }
  | { kind: "hashing failed"; error: string }
  /** The metadata of a photo were changed, or it went into the trash, out of it, or for good. */
  | {
      kind: "photo changed";
      photo: number;
      what: "updated" | "trashed" | "restored" | "removed";
    }
  /** The file of a photo that was removed, or of bytes that were replaced, is still there: the next sweep tries again. */
  | { kind: "file not deleted"; photo: number; size: number; error: string }
  /** What was said with an upload token is on record, and not yet on all its photos: the next sweep goes on. */
  | { kind: "update not finished"; error: string }
  /** A token was made, has another end, another number of uses or other words now, or takes nothing any more. */
  | { kind: "token changed"; token: number; what: "made" | "updated" | "revoked" }
  | { kind: "key changed"; key: number; level: string; what: "made" | "revoked" }
  /** What the folder holds could not be counted. */
  | { kind: "storage not counted"; error: string }
  | { kind: "sync failed"; upload: number; error: string }
  /** Records and files did not agree, and were put right. */
  | { kind: "put right"; what: string; about: Record<string, string | number> }
  /** Facets and words of photos from before an update, or photos of deleted albums, wait for who asks for them, or the next start. */
  | { kind: "archive not indexed"; error: string }
  | { kind: "swept"; deleted: number }
  | { kind: "sweep failed"; error: string }
  /** An attempt at a callback, or at a pingback, which is of no upload. */
  | {
      kind: "callback attempted";
      outcome: "delivered" | "retry" | "given-up";
      about: {
        delivery: string;
        /** success, failure; of a pingback created, updated, replaced, deleted. */
        tells: string;
        photo: number | undefined;
        upload: number | undefined;
        host: string;
        attempt: number;
        error: string | undefined;
      };
    }
  | { kind: "callbacks failed"; error: string }
  /** An original was looked at for its facts and thumbnails, or could not be. */
  | {
      kind: "media attempted";
      outcome: "made" | "none" | "retry" | "given-up" | "gone";
      about: { photo: number } & Record<string, unknown>;
    }
  | { kind: "media failed"; error: string };

export type Events = {
  emit(event: SiteEvent): void;
  subscribe(listener: (event: SiteEvent) => void): void;
};

export function createEvents(): Events {
  const listeners: ((event: SiteEvent) => void)[] = [];
  return {
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
    subscribe: (listener) => void listeners.push(listener),
  };
}
