import { join } from "node:path";
import Database from "better-sqlite3";
import { hashSecret } from "../../src/random.ts";
import type { Plan } from "./chunks.ts";
import type { TestServer } from "./server.ts";
import { openWire, requestHead } from "./wire.ts";

/** One request after another on a few connections, as fast as they are answered. */
export async function flood(
  server: TestServer,
  count: number,
  width: number,
  make: (index: number) => Uint8Array | string,
  took: (index: number, status: number, text: string) => void,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      using wire = await openWire(server.port);
      while (next < count) {
        const index = next;
        next += 1;
        await wire.send(make(index));
        const { status, text } = await wire.answer();
        took(index, status, text);
      }
    }),
  );
}

/** A chunk as Resumable.js sends it with `method: "octet"`, as bytes on the wire. */
export function octet(token: string, plan: Plan, number: number, bytes: Uint8Array): Buffer {
  const query = new URLSearchParams({
    upload_token: token,
    resumableChunkNumber: String(number),
    resumableChunkSize: String(plan.chunkSize),
    resumableTotalSize: String(plan.totalSize),
    resumableIdentifier: plan.identifier,
    resumableFilename: plan.filename,
  }).toString();
  const head = requestHead(
    { "content-type": "application/octet-stream", "content-length": bytes.length },
    { query },
  );
  return Buffer.concat([Buffer.from(head), bytes]);
}

/** Rows as so many failed uploads of a token have left them; to send them would take seconds. */
export function leaveFailed(
  { folder }: Pick<TestServer, "folder">,
  token: string,
  count: number,
): void {
  const db = new Database(join(folder, "redeem.db"));
  db.pragma("busy_timeout = 5000");
  const owner = db.prepare("select id from upload_tokens where hash = ?").get(hashSecret(token));
  const { id } = owner as { id: number };
  const insert = db.prepare(
    `insert into uploads (token_id, identifier, total_size, chunk_size, filename, state, created_at,
      last_byte_at, extra, told, failure_code, failure_message)
    values (?, ?, 1000, 1000, 'f.png', 'failed', ?, ?, '{}', '{}', 'file_not_supported', 'no')`,
  );
  const now = Date.now();
  db.transaction(() => {
    for (let at = 0; at < count; at += 1) insert.run(id, `old-${at}`, now, now);
  })();
  db.close();
}
