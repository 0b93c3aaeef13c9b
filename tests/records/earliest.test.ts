import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { openRecords } from "../../src/records/sqlite/open.ts";
import { BACKEND, dataFolders, unpackDataFolder } from "../support/data-folder.ts";
import { rowsOf } from "../support/database.ts";

/** Of the programs whose first migration was another one; what these folders hold is held against them in process/data-folders.test.ts. */
const EARLIEST = dataFolders().filter((path) =>
  ["d0228c6", "4d7d712"].includes(basename(dirname(path))),
);

const SCHEMA = "select name, sql from sqlite_master where sql is not null order by name";

test("there is a folder of each text that the first migration had", () => {
  expect(EARLIEST).toHaveLength(2);
});

test.each(EARLIEST)("has the schema of a new database: %s", async (path) => {
  const folder = await mkdtemp(join(tmpdir(), "redeem-earliest-"));
  const fresh = await mkdtemp(join(tmpdir(), "redeem-earliest-"));
  try {
    await unpackDataFolder(path, folder);
    await open(folder);
    await open(fresh);
    expect(rowsOf({ folder }, SCHEMA)).toEqual(rowsOf({ folder: fresh }, SCHEMA));
    // An outbox asks for what is pending by its host.
    expect(
      rowsOf({ folder }, "select distinct host from deliveries where state = 'pending'"),
    ).toEqual([{ host: `${BACKEND.name}:${BACKEND.port}` }]);
    const notes = "select count(*) as count from __drizzle_migrations";
    const before = rowsOf({ folder }, notes);
    await open(folder);
    expect(rowsOf({ folder }, notes)).toEqual(before);
  } finally {
    await rm(folder, { recursive: true });
    await rm(fresh, { recursive: true });
  }
});

async function open(folder: string): Promise<void> {
  const records = await openRecords(join(folder, "redeem.db"));
  await records.close();
}
