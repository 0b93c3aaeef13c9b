import type {
  Album,
  Extra,
  Failure,
  Identity,
  NewAlbum,
  NewDelivery,
  NewUpload,
  NewUploadToken,
  Photo,
  Records,
  Transacted,
  Upload,
  UploadChange,
  UploadDecision,
  UploadToken,
  UploadView,
} from "../../src/records/records.ts";

export const MINUTE = 60_000;
export const NOW = 1_800_000_000_000;

/** Whether a use of the token could be had: `used` where every use is a photo, `busy` where others hold the last. */
export type Had = "reserved" | "used" | "busy";

export type Finishing = {
  now?: number;
  delivery?: NewDelivery | null;
  extra?: Extra;
  size?: number;
  type?: string;
};

/** Records under test, and rows in them. */
export type Given = {
  records: Records;
  addToken(changes?: Partial<NewUploadToken>): Promise<UploadToken>;
  addAlbum(changes?: Partial<NewAlbum>): Promise<Album>;
  reserve(tokenId: number, of?: string, now?: number): Promise<Transacted<Had>>;
  reserved(tokenId: number, of?: string, now?: number): Promise<Upload>;
  /** A whole file that is finalizing. */
  whole(tokenId: number, changes?: Partial<NewUpload>, now?: number): Promise<Upload>;
  record(
    uploadId: number,
    start: number,
    length: number,
    now?: number,
    extra?: Record<string, string>,
  ): Promise<Upload>;
  finish(
    uploadId: number,
    how?: Finishing,
  ): Promise<{ photo: Photo; first: boolean; upload: Upload } | undefined>;
  /** Answers whether this has ended it. */
  fail(uploadId: number, delivery?: NewDelivery | null, now?: number): Promise<boolean>;
  /** A chunk was refused for good. */
  refuse(tokenId: number, of: string, delivery: NewDelivery | null): Promise<void>;
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
    addAlbum: (changes = {}) =>
      given.records.albums.add({
        token: "album-secret",
        userId: 0,
        title: "An album",
        description: "",
        hidden: false,
        createdAt: NOW,
        ...changes,
      }),
    reserve: (tokenId, of = "a", now = NOW) =>
      given.records.uploads.transact({ tokenId, identity: identityOf(of) }, now, (view) =>
        decideReserve(view, newUpload(of), now),
      ),
    reserved: async (tokenId, of = "a", now = NOW) => {
      const { value, upload } = await given.reserve(tokenId, of, now);
      if (value !== "reserved" || !upload) throw new Error(`not reserved: ${value}`);
      return upload;
    },
    whole: async (tokenId, changes = {}, now = NOW) => {
      const whole: NewUpload = {
        ...newUpload("whole"),
        identity: null,
        state: "finalizing",
        received: 250,
        lease: "process",
        ...changes,
      };
      const key = { tokenId, identity: null };
      const { upload } = await given.records.uploads.transact(key, now, () =>
        decided(undefined, { kind: "begin", upload: whole }),
      );
      return required(upload);
    },
    record: async (uploadId, start, length, now = NOW, extra = {}) => {
      const range = { start, length };
      const recorded = await given.records.chunks.record({ uploadId, range, extra, now });
      if (recorded === "too much extra") throw new Error(recorded);
      return recorded;
    },
    finish: async (uploadId, how = {}) => {
      const made = await given.records.uploads.transact(
        { id: uploadId },
        how.now ?? NOW,
        (view) => decideFinish(view, how),
        { durable: true },
      );
      if (!made.photo) return undefined;
      return { photo: made.photo, first: made.value, upload: required(made.upload) };
    },
    fail: async (uploadId, callback = null, now = NOW) => {
      const failed = await given.records.uploads.transact({ id: uploadId }, now, ({ upload }) =>
        upload && isLive(upload)
          ? decided(
              true,
              { kind: "update", set: { state: "failed", failure: FAILURE, lastByteAt: now } },
              ...told(callback),
            )
          : decided(false),
      );
      return failed.value;
    },
    refuse: async (tokenId, of, callback) => {
      const key = { tokenId, identity: identityOf(of) };
      const failed = { ...newUpload(of), state: "failed" as const, failure: FAILURE };
      await given.records.uploads.transact(key, NOW, ({ upload }) =>
        upload
          ? decided(undefined, ...told(callback))
          : decided(undefined, { kind: "begin", upload: failed }, ...told(callback)),
      );
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

export function decided<Value>(
  value: Value,
  ...changes: readonly UploadChange[]
): UploadDecision<Value> {
  return { value, changes };
}

/** Begins an upload, or goes on with it, where a use is free for it. */
export function decideReserve(
  { upload, token, reserved }: UploadView,
  wanted: NewUpload,
  now: number,
): UploadDecision<Had> {
  if (upload?.state === "finished" || upload?.state === "finalizing") return decided("reserved");
  if (!token || token.consumed >= token.maxUploads) return decided("used");
  if (token.consumed + reserved >= token.maxUploads) return decided("busy");
  return upload?.state === "receiving"
    ? decided("reserved", { kind: "update", set: { lastByteAt: now } })
    : decided("reserved", { kind: "begin", upload: wanted });
}

/** Makes the photo, where a use is free for it and its token is not revoked. Its value: whether this makes it. */
export function decideFinish(
  { upload, token, reserved }: UploadView,
  { delivery: callback = null, extra = {}, size = 250, type }: Finishing = {},
): UploadDecision<boolean> {
  const may = upload && isLive(upload) && token && token.revokedAt === null;
  if (!may || token.consumed + reserved >= token.maxUploads) return decided(false);
  return decided(true, { kind: "extra", extra }, photoOf(callback, size, type));
}

export function photoOf(
  callback: NewDelivery | null = null,
  size = 250,
  type = "image/png",
): UploadChange {
  return {
    kind: "photo",
    original: { type, size },
    photo: (id) => ({ token: `secret-${id}`, treeId: 1 + (id % 9) }),
    delivery: () => callback,
  };
}

function told(callback: NewDelivery | null): UploadChange[] {
  return callback ? [{ kind: "failure callback", delivery: callback }] : [];
}

export function isLive(upload: Upload): boolean {
  return upload.state === "receiving" || upload.state === "finalizing";
}

export function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("It is not there");
  return value;
}

export const FAILURE: Failure = { code: "file_not_supported", message: "No." };

/** An upload in chunks that is receiving. */
export function newUpload(of: string): NewUpload {
  return {
    identity: identityOf(of),
    filename: `${of}.png`,
    file: crypto.randomUUID(),
    replaces: null,
    state: "receiving",
    received: 0,
    lease: null,
    sealedToken: null,
    clientInfo: {},
    failure: null,
  };
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
  replaces: null,
  direct: false,
  sender: "",
  ask: [],
  passphraseHash: null,
  sealedToken: "sealed",
};
