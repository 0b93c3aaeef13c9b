import type {
  FinishRequest,
  Identity,
  NewDelivery,
  NewUploadToken,
  Photo,
  Records,
  Reservation,
  Upload,
  UploadToken,
} from "../../src/records/records.ts";

export const MINUTE = 60_000;
export const NOW = 1_800_000_000_000;

/** Records under test, and rows in them. */
export type Given = {
  records: Records;
  addToken(changes?: Partial<NewUploadToken>): Promise<UploadToken>;
  reserve(tokenId: number, of?: string, now?: number): Promise<Reservation>;
  reserved(tokenId: number, of?: string, now?: number): Promise<Upload>;
  record(
    uploadId: number,
    start: number,
    length: number,
    now?: number,
    extra?: Record<string, string>,
  ): Promise<Upload>;
  finish(
    uploadId: number,
    changes?: Partial<FinishRequest>,
  ): Promise<{ photo: Photo; first: boolean } | undefined>;
  /** Finished uploads with callbacks, each a millisecond after the one before. */
  pendingOf(ids: readonly string[]): Promise<void>;
  due(now: number, limit?: number): Promise<string[]>;
};

export function givenRecords(records: Records): Given {
  let count = 0;
  const given: Given = {
    records,
    addToken: (changes = {}) => {
      count += 1;
      return given.records.tokens.add({ ...newToken, hash: `hash-${count}`, ...changes });
    },
    reserve: (tokenId, of = "a", now = NOW) =>
      given.records.uploads.reserveChunked({
        tokenId,
        identity: identityOf(of),
        told: {},
        sealedToken: null,
        now,
      }),
    reserved: async (tokenId, of = "a", now = NOW) => {
      const answer = await given.reserve(tokenId, of, now);
      if (!answer.reserved) throw new Error("not reserved");
      return answer.upload;
    },
    record: async (uploadId, start, length, now = NOW, extra = {}) => {
      const range = { start, length };
      const chunk = { uploadId, range, extra, type: null, now };
      const recorded = await given.records.uploads.recordChunk(chunk);
      if (recorded === "too much extra") throw new Error(recorded);
      return recorded;
    },
    finish: async (uploadId, changes = {}) => {
      const made = await given.records.uploads.finish({
        uploadId,
        photo: { token: "p".repeat(32), treeId: 1, type: "image/png", size: 250 },
        extra: {},
        delivery: null,
        now: NOW,
        ...changes,
      });
      return typeof made === "string" ? undefined : made;
    },
    pendingOf: async (ids) => {
      const { id } = await given.addToken({ maxUploads: 9 });
      for (const [index, of] of ids.entries()) {
        const upload = await given.reserved(id, of);
        await given.finish(upload.id, { delivery: delivery(of), now: NOW + index });
      }
    },
    due: async (now, limit = 10) =>
      (await given.records.deliveries.due(now, limit, [])).map(({ id }) => id),
  };
  return given;
}

export function identityOf(name: string): Identity {
  return { identifier: name, totalSize: 250, chunkSize: 100, filename: `${name}.png` };
}

export function delivery(id: string): NewDelivery {
  return { id, method: "GET", host: "x", url: `http://x/${id}`, body: "" };
}

export const newToken: Omit<NewUploadToken, "hash"> = {
  createdAt: NOW,
  validMinutes: 60,
  validUntil: NOW + 60 * MINUTE,
  maxUploads: 1,
  title: "",
  description: "",
  tags: "",
  albumId: "",
  userId: 0,
  publish: true,
  publishDate: null,
  absoluteUrl: "",
  returnUrl: "",
  backgroundReturn: false,
  maxSize: null,
  types: null,
  origin: null,
  extra: {},
  sealedToken: "sealed",
};
