import { readPresence } from "../../src/files/boot.ts";
import { mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { beginUpload } from "./begin-upload.ts";
import { openData } from "../../src/data-folder.ts";
import { issueToken } from "../../src/upload/token.ts";
import { plainGrant } from "./grant.ts";
import { send, type Lane } from "./plan.ts";
import { multipart, resumableFields } from "./requests.ts";
import { startRedeem } from "./start-redeem.ts";
import { percentile } from "./statistics.ts";
import { inFolder, say, using } from "./workspace.ts";

const MIB = 1024 * 1024;
const SMALL = 20 * MIB;
const LARGE = 20 * 1024 * MIB;

export type Completing = {
  totalSize: number;
  chunkSize: number;
  times: number;
  /** Milliseconds: the whole of the last request, and from its last byte on. */
  p50: number;
  p99: number;
  waited50: number;
  waited99: number;
};

type Case = { totalSize: number; chunkSize: number };

/**
 * The time of the completing answer for a small and a very large file. Nobody can send 20 GiB in a
 * benchmark: all chunks but the last are written straight into the database, and the file is a hole
 * of the right length.
 */
export async function measureCompleting(quick: boolean): Promise<Completing[]> {
  const times = quick ? 10 : 100;
  // Both sizes are whole numbers of both chunks, so that the last request is as long for both.
  const cases: Case[] = [1, 10].flatMap((chunk) =>
    [SMALL, LARGE].map((totalSize) => ({ totalSize, chunkSize: chunk * MIB })),
  );
  return inFolder(async (folder) => {
    say(`completing: preparing ${times} files of each size`);
    const lanes = await prepare(folder, cases, times);
    return using(
      () => startRedeem(folder),
      async (server) => {
        const results = cases.map(() => ({ took: [] as number[], waited: [] as number[] }));
        // One after another, and the cases in turn: what comes later is not slower for its place.
        for (let index = -3; index < times; index += 1) {
          for (const [at, result] of results.entries()) {
            const lane = lanes[at]?.[index + 3] as Lane;
            const { last } = await send({ port: server.port, lanes: [lane], parallel: 1 });
            if (!last.answer.includes("photo_id")) throw new Error(`no completion: ${last.answer}`);
            // The first ones only warm the server up.
            if (index < 0) continue;
            result.took.push(last.took);
            result.waited.push(last.waited);
          }
        }
        return cases.map((of, at) => ({
          ...of,
          times,
          p50: percentile(results[at]?.took ?? [], 0.5),
          p99: percentile(results[at]?.took ?? [], 0.99),
          waited50: percentile(results[at]?.waited ?? [], 0.5),
          waited99: percentile(results[at]?.waited ?? [], 0.99),
        }));
      },
    );
  });
}

/** Uploads that miss their last chunk alone. Answers the request that is missing, by case. */
async function prepare(folder: string, cases: readonly Case[], times: number): Promise<Lane[][]> {
  const { records, secret } = await openData(folder);
  // Of this boot: the server would forget, as after a power cut, what nobody has brought to the disk.
  await records.chunks.enterBoot(await readPresence(folder));
  await mkdir(join(folder, "uploads"), { recursive: true });
  const now = Date.now();
  const missing: { id: number; file: string; of: Case }[] = [];
  const lanes: Lane[][] = [];
  for (const of of cases) {
    const ofCase: Lane[] = [];
    for (let index = 0; index < times + 3; index += 1) {
      const { uploadToken, token } = await issueToken({ records, secret }, plainGrant(), now);
      const transfer = { ...of, name: `${index}.mp4`, whole: false, parallel: 1 };
      const last = {
        number: of.totalSize / of.chunkSize,
        start: of.totalSize - of.chunkSize,
        length: of.chunkSize,
      };
      const fields = resumableFields(transfer, last);
      const upload = await beginUpload(records, token.id, {
        identifier: String(fields["resumableIdentifier"]),
        totalSize: of.totalSize,
        chunkSize: of.chunkSize,
        filename: transfer.name,
      });
      missing.push({ ...upload, of });
      const target = "/api/2/photo/redeem-upload-token";
      ofCase.push([
        multipart(target, { ...fields, upload_token: uploadToken }, transfer.name, last),
      ]);
    }
    lanes.push(ofCase);
  }
  await records.close();
  recordAllButLast(join(folder, "redeem.db"), missing);
  const head = Buffer.from("000000186674797069736f6d0000020069736f6d69736f32", "hex");
  for (const { file, of } of missing) {
    const path = join(folder, "uploads", file);
    await writeFile(path, head);
    await truncate(path, of.totalSize - of.chunkSize);
  }
  return lanes;
}

function recordAllButLast(file: string, missing: readonly { id: number; of: Case }[]): void {
  const db = new Database(file);
  const insert = db.prepare(
    `insert into chunks (upload_id, start, length)
     with recursive numbers(n) as (select 0 union all select n + 1 from numbers where n + 1 < ?)
     select ?, n * ?, ? from numbers`,
  );
  const count = db.prepare("update uploads set received = ? where id = ?");
  db.transaction(() => {
    for (const { id, of } of missing) {
      insert.run(of.totalSize / of.chunkSize - 1, id, of.chunkSize, of.chunkSize);
      count.run(of.totalSize - of.chunkSize, id);
    }
  })();
  db.close();
}
