import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { startBun } from "./start-bun.ts";
import { startRedeem } from "./start-redeem.ts";
import { findNginx, startNginx } from "./start-nginx.ts";
import type { Lane } from "./plan.ts";
import {
  chunksOf,
  multipart,
  request,
  resumableFields,
  type Chunk,
  type Transfer,
} from "./requests.ts";

export type Running = {
  port: number;
  pid: number;
  /** The requests of a transfer, in lanes that may go at the same time. */
  lanes(transfer: Transfer): Promise<Lane[]>;
  /** Ends the server. Its folder is the caller's to remove. */
  stop(): Promise<void>;
};

export type Contender = {
  name: string;
  start(folder: string): Promise<Running>;
  /** The last answer is that of the completed file, which is a figure of its own. */
  completes: boolean;
  /** What the completing answer says, so that nothing is measured that did not work. */
  says?: string;
};

const REDEEM_PATH = "/api/2/photo/redeem-upload-token";

export const FLOOR = "floor";
export const NGINX = "nginx";
export const REDEEM = "redeem";

/** Everybody who takes part. Those that are not here, and why, are in `absent`. */
export async function findContenders(
  noSync: boolean,
  before?: string,
): Promise<{ contenders: Contender[]; absent: string[] }> {
  const contenders: Contender[] = [
    redeem(REDEEM, inForm),
    redeem("redeem octet", inOctets),
    { name: "tus", completes: true, start: startTus },
    { name: "naive", completes: false, start: startNaive },
    { name: FLOOR, completes: false, start: startFloor },
  ];
  // A place for a server that leaves the disk its time; without the setting it is Redeem again.
  if (noSync) contenders.splice(2, 0, redeem("redeem nosync", inForm, { REDEEM_SYNC: "0" }));
  if (before) {
    const command = [process.execPath, join(before, "src/main.ts"), "serve"];
    contenders.splice(2, 0, redeem("redeem before", inForm, {}, command));
  }
  const nginx = await findNginx();
  if (nginx) contenders.splice(2, 0, { name: NGINX, completes: false, start: startNginx(nginx) });
  const absent = nginx ? [] : ["nginx is not installed here: it is left out"];
  return { contenders, absent };
}

function redeem(
  name: string,
  sent: typeof inForm,
  env: Record<string, string> = {},
  command?: string[],
): Contender {
  return {
    name,
    completes: true,
    says: "photo_id",
    start: async (folder) => {
      const server = await startRedeem(folder, env, command);
      return {
        ...server,
        lanes: async (transfer) => {
          const token = await server.token();
          return chunksOf(transfer).map((chunk) => [sent(token, transfer, chunk)]);
        },
      };
    },
  };
}

function inForm(token: string, transfer: Transfer, chunk: Chunk) {
  const fields = transfer.whole ? {} : resumableFields(transfer, chunk);
  return multipart(REDEEM_PATH, { ...fields, upload_token: token }, transfer.name, chunk);
}

function inOctets(token: string, transfer: Transfer, chunk: Chunk) {
  const fields = transfer.whole ? {} : resumableFields(transfer, chunk);
  const query = new URLSearchParams({ upload_token: token });
  for (const [name, value] of Object.entries(fields)) query.set(name, String(value));
  const headers = { "content-type": "application/octet-stream" };
  return request("POST", `${REDEEM_PATH}?${query}`, headers, chunk);
}

async function startNaive(folder: string): Promise<Running> {
  const server = await startBun("naive.ts", folder);
  return {
    ...server,
    lanes: async (transfer) =>
      chunksOf(transfer).map((chunk) => [
        multipart("/upload", resumableFields(transfer, chunk), transfer.name, chunk),
      ]),
  };
}

async function startFloor(folder: string): Promise<Running> {
  const server = await startBun("floor.ts", folder);
  return {
    ...server,
    lanes: async (transfer) => chunksOf(transfer).map((chunk) => [request("PUT", "/", {}, chunk)]),
  };
}

/** A tus upload takes its chunks in order: what goes at the same time is files. */
async function startTus(folder: string): Promise<Running> {
  const files = join(folder, "files");
  await mkdir(files, { recursive: true });
  const server = await startBun("tus.ts", files);
  const version = { "tus-resumable": "1.0.0" };
  return {
    ...server,
    lanes: async (transfer) => {
      const { chunkSize: length, parallel } = transfer;
      const counts = Array.from({ length: parallel }, () => 0);
      chunksOf(transfer).forEach((_, index) => (counts[index % parallel]! += 1));
      return counts
        .filter((count) => count > 0)
        .map((count): Lane => [
          {
            ...request("POST", "/files", { ...version, "upload-length": count * length }),
            setup: true,
          },
          ...Array.from({ length: count }, (_, index) => {
            const headers = {
              ...version,
              "upload-offset": index * length,
              "content-type": "application/offset+octet-stream",
            };
            return request("PATCH", "{location}", headers, { start: index * length, length });
          }),
        ]);
    },
  };
}
