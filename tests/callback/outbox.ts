import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Attempt } from "../../src/callback/attempt.ts";
import { createDeliverer, type Deliverer } from "../../src/callback/deliver.ts";
import { createLookup } from "../../src/callback/lookup.ts";
import { newFileName } from "../../src/files/names.ts";
import { decidePhoto } from "../../src/upload/finalize-rules.ts";
import { decideReservation } from "../../src/upload/upload-rules.ts";
import type { Records } from "../../src/records/records.ts";
import { openRecords } from "../../src/records/sqlite/open.ts";

export type Outbox = {
  records: Records;
  folder: string;
  deliverer: Deliverer;
  now(): number;
  advance(ms: number): void;
  /** Records a callback, as a finished upload does. */
  add(id: string, url: string): Promise<void>;
  /** Resolves when this many attempts have been settled. */
  attempted(count: number): Promise<Attempt[]>;
  stop(): Promise<void>;
};

export const SECRET = "callback secret";

/** A deliverer on real records, with a clock that tests move. */
export async function openOutbox(allowPrivate = true): Promise<Outbox> {
  const folder = await mkdtemp(join(tmpdir(), "redeem-outbox-"));
  const records = await openRecords(join(folder, "redeem.db"));
  let time = 1_800_000_000_000;
  const attempts: Attempt[] = [];
  let waiting: (() => void)[] = [];
  const deliverer = createDeliverer({
    records,
    secret: SECRET,
    seal: (text) => `sealed ${btoa(text)}`,
    allowPrivate,
    lookup: createLookup(),
    now: () => time,
    onAttempt: (attempt) => {
      attempts.push(attempt);
      for (const wake of waiting) wake();
      waiting = [];
    },
    onError: (error) => {
      throw error;
    },
  });
  const token = await records.tokens.add({
    hash: "h",
    createdAt: time,
    validMinutes: 60,
    validUntil: time + 1e9,
    maxUploads: 1000,
    title: "",
    description: "",
    tags: "",
    albumId: "",
    userId: 0,
    publish: true,
    publishDate: null,
    absoluteUrl: "",
    returnUrl: "",
    backgroundReturn: true,
    maxSize: null,
    types: null,
    origin: null,
    extra: {},
    replaces: null,
    direct: false,
    sender: "",
    ask: [],
    passphraseHash: null,
    sealedToken: "",
  });
  return {
    records,
    folder,
    deliverer,
    now: () => time,
    advance: (ms) => {
      time += ms;
    },
    add: async (id, url) => {
      const beginning = {
        identity: null,
        filename: id,
        file: newFileName(),
        clientInfo: {},
        sealedToken: null,
        whole: { size: 1, lease: "test", extra: {} },
      };
      const making = {
        lease: "test",
        type: "image/png",
        size: 1,
        photo: () => ({ token: "p".repeat(32), treeId: 1 }),
        delivery: () => ({ id, method: "GET" as const, host: new URL(url).host, url, body: "" }),
      };
      const { upload } = await records.uploads.transact(
        { tokenId: token.id, identity: null },
        time,
        (view) => decideReservation(view, beginning, time),
      );
      if (!upload) throw new Error("not reserved");
      await records.uploads.transact({ id: upload.id }, time, (view) => decidePhoto(view, making));
    },
    attempted: async (count) => {
      while (attempts.length < count) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
      }
      return attempts;
    },
    stop: async () => {
      await deliverer.stop();
      await records.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
