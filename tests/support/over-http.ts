import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { chunkFields, chunkForm, type Piece, type Plan } from "./chunks.ts";
import { rowsOf } from "./database.ts";
import { fileForm, redeemPath } from "./redeem.ts";
import type { TestServer } from "./server.ts";

/** Uploads to a server process, and what became of them on its disk. */

// No connection is kept, so that a test may count those of the server.
const ONCE = { keepalive: false, redirect: "manual" } as const;

/** Sends a whole file as a browser's form does. */
export async function sendWhole(
  server: TestServer,
  token: string,
  file: Uint8Array<ArrayBuffer>,
  filename?: string,
): Promise<Response> {
  const body = fileForm(token, file, filename);
  return fetch(server.url + redeemPath(), { method: "POST", body, ...ONCE });
}

export async function sendPiece(
  server: TestServer,
  token: string,
  plan: Plan,
  piece: Piece,
  file: Uint8Array<ArrayBuffer>,
): Promise<Response> {
  const body = chunkForm(token, plan, piece, file);
  return fetch(server.url + redeemPath(), { method: "POST", body, ...ONCE });
}

/** Asks for one chunk, as Resumable.js does before it sends it. */
export async function askPiece(
  server: TestServer,
  token: string,
  plan: Plan,
  { number }: Piece,
): Promise<Response> {
  const query = new URLSearchParams([...chunkFields(plan, number), ["upload_token", token]]);
  return fetch(`${server.url}${redeemPath()}?${query}`, ONCE);
}

export type StoredPhoto = {
  id: number;
  treeId: number;
  filename: string;
  file: string;
  size: number;
};

/** The photos that a server has, oldest first. */
export function photosOf(server: Pick<TestServer, "folder">): StoredPhoto[] {
  return rowsOf(
    server,
    `select photos.id, tree_id as treeId, originals.filename, originals.file, originals.size
      from photos join originals on originals.id = original_id order by photos.id`,
  );
}

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Where a photo's bytes lie. */
export function pathOf(
  { folder }: Pick<TestServer, "folder">,
  { treeId, id, file }: StoredPhoto,
): string {
  return join(folder, "photos", String(treeId), String(id), file);
}

/** The hash of a photo's bytes as they lie on the disk. */
export async function storedHash(
  server: TestServer,
  photo: Pick<StoredPhoto, "id">,
): Promise<string> {
  const [row] = rowsOf<StoredPhoto>(
    server,
    `select photos.id, tree_id as treeId, originals.file
      from photos join originals on originals.id = original_id where photos.id = ${photo.id}`,
  );
  if (!row) throw new Error(`there is no photo ${photo.id}`);
  const path = pathOf(server, row);
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path)) hash.update(piece);
  return hash.digest("hex");
}

/** The hashes of the bytes of all photos of a name. */
export async function storedAs(server: TestServer, filename: string): Promise<string[]> {
  const named = photosOf(server).filter((photo) => photo.filename === filename);
  return Promise.all(named.map((photo) => storedHash(server, photo)));
}
