import { readdirSync } from "node:fs";
import { join } from "node:path";
import { chunkFields, pieces, type Piece, type Plan } from "./chunks.ts";
import { dropzoneFields, familyForm, rangeHeaders, type Saying } from "./families.ts";
import { oauthHeader } from "./oauth.ts";
import { redeemPath } from "./redeem.ts";
import { startServer, type TestServer } from "./server.ts";
import { API_KEY } from "./site.ts";

/**
 * Data folders that earlier commits of the program have made (tests/data-folders/make.ts), each packed
 * beside a JSON file that says what is in it.
 */

const KEPT = join(import.meta.dir, "../data-folders");

/** Where pending callbacks go: a name, so that each test can listen on an address of its own. */
export const BACKEND = { name: "backend.redeem.test", port: 8096 };

/** The site's address, and the request that is signed for it. */
export const PUBLIC_URL = "https://photos.example";
const SIGNED = { method: "GET", url: `${PUBLIC_URL}/api/2/photo/get-upload-token` };

export type Key = {
  id: number;
  name: string;
  level: string;
  secret: string;
  /** What its OAuth clients sign with. */
  consumerSecret: string;
  revoked: boolean;
};

export type Token = {
  title: string;
  token: string;
  maxUploads: number;
  /** How many photos there are of it. */
  consumed: number;
  /** As `redeem token list` says it. */
  state: "valid" | "used up" | "expired" | "revoked";
};

export type StoredPhoto = {
  photo_id: number;
  tree_id: number;
  token: string;
  /** Title of the upload token that it came with. */
  of: string;
  /** What the list said of it. */
  said: SaidOfPhoto;
  /** Its original, in base64. */
  bytes: string;
  /** Of one that came in chunks: who asks again is told the outcome. */
  plan: Plan | null;
};

export type SaidOfPhoto = {
  title: string;
  content: string;
  tags: string;
  album_id: string;
  published_p: boolean;
  original_filename: string;
  /** Programs before thumbnails said nothing of them. */
  thumbnails_state?: string;
};

/** Who sent the chunks of an unfinished upload. */
export type Family = "Resumable.js" | "Dropzone" | "jQuery File Upload";

export type UnfinishedUpload = {
  /** Title of its upload token. */
  of: string;
  family: Family;
  plan: Plan;
  bytes: string;
  /** Numbers of the chunks that were answered and are on the disk. */
  stored: number[];
  /** Numbers of those that were answered, and were not on the disk when the program was killed. */
  unsynced: number[];
};

export type Callback = {
  /** Title of the upload token. */
  of: string;
  method: "GET" | "POST";
  fields: Record<string, string>;
};

export type DataFolder = {
  /** Of the program that made it. */
  commit: string;
  /** How that program ended: told to stop, or by SIGKILL. */
  ended: "stopped" | "killed";
  /** The program's clock when it ended, in milliseconds since 1970. */
  madeAt: number;
  callbackSecret: string;
  keys: Key[];
  /** An OAuth header, for SIGNED and by the first key, that was taken once; null where the program kept no nonces. */
  signedOnce: string | null;
  tokens: Token[];
  photos: StoredPhoto[];
  unfinished: UnfinishedUpload[];
  /** Uploads whose bytes were all there when the program was killed, and that were no photos yet. */
  complete: UnfinishedUpload[];
  /** Uploads that were refused for their content. */
  failed: Omit<UnfinishedUpload, "stored" | "unsynced">[];
  /** Callbacks that no receiver has taken. */
  pending: Callback[];
};

/** All of them, as paths without an ending. */
export function dataFolders(): string[] {
  return readdirSync(KEPT, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".json"))
    .map((path) => join(KEPT, path.slice(0, -".json".length)))
    .toSorted();
}

/** @param path one of `dataFolders` */
export async function unpackDataFolder(path: string, folder: string): Promise<DataFolder> {
  const packed = await Bun.file(`${path}.tar.zst`).bytes();
  await new Bun.Archive(Bun.zstdDecompressSync(packed)).extract(folder);
  return (await Bun.file(`${path}.json`).json()) as DataFolder;
}

/** Sends one chunk as the uploaders of its family do, fields first. */
export async function sendPieceOf(
  url: string,
  upload: Pick<UnfinishedUpload, "family" | "plan" | "bytes">,
  token: string,
  number: number,
  extra: Record<string, string> = {},
): Promise<Response> {
  const { plan } = upload;
  const piece = piecesOf(upload)[number - 1];
  if (!piece) throw new Error(`there is no chunk ${number}`);
  const { fields, headers } = sayingOf(upload, piece);
  const bytes = Uint8Array.fromBase64(upload.bytes).slice(piece.start, piece.end);
  const saying = { fields: [...fields, ...Object.entries(extra)], headers };
  const body = familyForm(token, saying, bytes, plan.filename);
  return fetch(url + redeemPath(), { method: "POST", body, headers, ...ONCE });
}

/** Asks whether a chunk is there, as uploaders do that have a question for it. */
export async function askPieceOf(
  url: string,
  upload: Pick<UnfinishedUpload, "family" | "plan">,
  token: string,
  number: number,
): Promise<Response> {
  const piece = piecesOf(upload)[number - 1];
  if (!piece) throw new Error(`there is no chunk ${number}`);
  const { fields } = sayingOf(upload, piece);
  const query = new URLSearchParams([...fields, ["upload_token", token]]);
  return fetch(`${url}${redeemPath()}?${query}`, ONCE);
}

export function piecesOf({ family, plan }: Pick<UnfinishedUpload, "family" | "plan">): Piece[] {
  return pieces(plan, family !== "Resumable.js");
}

function sayingOf(
  { family, plan }: Pick<UnfinishedUpload, "family" | "plan">,
  piece: Piece,
): Saying {
  if (family === "Resumable.js") return { fields: chunkFields(plan, piece.number), headers: {} };
  if (family === "Dropzone") return { fields: dropzoneFields(plan, piece), headers: {} };
  return { fields: [], headers: rangeHeaders(plan, piece) };
}

/** An upload token, by the operator's key. */
export async function grantOf(
  url: string,
  parameters: Record<string, string | number>,
): Promise<string> {
  const pairs = Object.entries(parameters).map(([name, value]) => [name, String(value)]);
  const query = new URLSearchParams(pairs);
  const answer = await callWith(API_KEY, `${url}/api/2/photo/get-upload-token?${query}`);
  const body = (await answer.json()) as { data?: { upload_token: string }; message: string };
  if (!body.data) throw new Error(`no upload token: ${body.message}`);
  return body.data.upload_token;
}

/** What the list says of a photo, unpublished or not. */
export async function askList(
  url: string,
  { photo_id }: { photo_id: number },
): Promise<SaidOfPhoto> {
  const query = `photo_id=${photo_id}&include_unpublished_p=1`;
  const answer = await callWith(API_KEY, `${url}/api/2/photo/list?${query}`);
  const { data: [photo] = [] } = (await answer.json()) as { data: SaidOfPhoto[] };
  if (!photo) throw new Error(`there is no photo ${photo_id}`);
  return photo;
}

export function callWith(key: string, address: string): Promise<Response> {
  return fetch(address, { headers: { authorization: `Bearer ${key}` }, ...ONCE });
}

/** An OAuth header for SIGNED, of this moment in milliseconds since 1970. */
export function signedBy(key: Key | undefined, at: number): string {
  const { id = 0, consumerSecret = "" } = key ?? {};
  const nonce = crypto.randomUUID();
  const timestamp = Math.floor(at / 1000);
  return oauthHeader(SIGNED, { key: String(id), consumerSecret, nonce, timestamp });
}

export function callSigned(url: string, authorization: string): Promise<Response> {
  return fetch(url + new URL(SIGNED.url).pathname, { headers: { authorization }, ...ONCE });
}

// No connection is kept: the server that it leads to is killed.
const ONCE = { keepalive: false, redirect: "manual" } as const;

export type ProgramOptions = {
  /** src/main.ts of the commit to run. */
  main: string;
  folder: string;
  /** How far its clock is ahead, in milliseconds. */
  ahead: number;
  /** Who answers its look-ups, as address:port. */
  dns: string;
};

/** Runs the program's server on a folder. `url` is its own address, not the public one. */
export async function startProgram(options: ProgramOptions): Promise<TestServer> {
  const { folder } = options;
  const command = [...bunFor(options), "serve"];
  const server = await startServer({ folder, command, env: environmentOf(options) });
  return { ...server, url: `http://127.0.0.1:${server.port}` };
}

/**
 * Runs another command of the program, and answers what it printed.
 * @throws Error where it fails
 */
export function runProgram(options: ProgramOptions, words: readonly string[]): string {
  const { PATH = "", HOME = "" } = process.env;
  const { exitCode, stdout, stderr } = Bun.spawnSync([...bunFor(options), ...words], {
    cwd: options.folder,
    env: { PATH, HOME, REDEEM_DATA: options.folder, ...environmentOf(options) },
  });
  if (exitCode !== 0) throw new Error(`redeem ${words.join(" ")}: ${stderr.toString()}`);
  return stdout.toString();
}

function bunFor({ main }: ProgramOptions): string[] {
  return [process.execPath, "--preload", join(import.meta.dir, "moved-program.ts"), main];
}

function environmentOf({ ahead, dns }: ProgramOptions): Record<string, string> {
  return {
    REDEEM_PUBLIC_URL: PUBLIC_URL,
    REDEEM_MEDIA_WORKERS: "1",
    REDEEM_FFMPEG: "off",
    CLOCK_OFFSET: String(ahead),
    DNS_SERVER: dns,
  };
}
