import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { DatabaseError, openRecords } from "../../src/records/sqlite/open.ts";
import { recordsContract } from "./contract.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-records-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const fileOf = (name: string) => join(folder, `${name}.db`);

recordsContract("sqlite", () => openRecords(fileOf(crypto.randomUUID())));

describe("a database file", () => {
  test("keeps what it was given", async () => {
    const one = await openRecords(fileOf("kept"));
    await one.keys.add({ hash: "h", name: "n", level: "read", createdAt: 1 });
    await one.close();
    const two = await openRecords(fileOf("kept"));
    expect(await two.keys.byHash("h")).toMatchObject({ name: "n", level: "read" });
    await two.close();
  });

  test("may be open twice: commands work while the server runs", async () => {
    const server = await openRecords(fileOf("shared"));
    const command = await openRecords(fileOf("shared"));
    await command.keys.add({ hash: "h", name: "n", level: "read", createdAt: 1 });
    expect(await server.keys.byHash("h")).toBeDefined();
    await command.close();
    await server.close();
  });

  test("of very many uploads survives a reboot, and answers which of their files are wanted", async () => {
    const records = await openRecords(fileOf("many"));
    await records.chunks.enterBoot("one");
    const many = 300_000;
    const client = new Database(fileOf("many"));
    client.exec(`
      pragma foreign_keys = off;
      with recursive n(i) as (select 1 union all select i + 1 from n where i < ${many})
        insert into uploads (id, token_id, identifier, total_size, chunk_size, filename, state,
          received, created_at, last_byte_at, extra, told)
        select i, 1, i, 10, 5, 'a', 'receiving', 10, 0, 0, '{}', '{}' from n;
      insert into chunks (upload_id, start, length, synced)
        select id, 0, 5, 1 from uploads union all select id, 5, 5, 0 from uploads;
    `);
    expect(await records.chunks.enterBoot("two")).toBe(many);
    const received = client.prepare("select distinct received from uploads");
    expect(received.all()).toEqual([{ received: 5 }]);
    expect(await records.leftovers.expectedAfter(0, many + 1)).toHaveLength(many);
    client.close();
    await records.close();
  });

  test("made by a newer version is refused in one line, and left as it is", async () => {
    await (await openRecords(fileOf("newer"))).close();
    const client = new Database(fileOf("newer"));
    const count = client.prepare("select count(*) + 1 as n from __drizzle_migrations").get();
    client
      .prepare("insert into __drizzle_migrations (hash, created_at) values ('later', ?)")
      .run(Date.now() + 1e12);
    client.close();
    const error = await openRecords(fileOf("newer")).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DatabaseError);
    const { message } = error as DatabaseError;
    expect(message).toContain("newer version");
    expect(message).toContain(fileOf("newer"));
    expect(message).not.toContain("\n");
    const after = new Database(fileOf("newer"), { readonly: true });
    expect(after.prepare("select count(*) as n from __drizzle_migrations").get()).toEqual(count);
    after.close();
  });

  test("that is none is refused", async () => {
    await Bun.write(fileOf("text"), "this is no database, by far not".repeat(100));
    await expect(openRecords(fileOf("text"))).rejects.toBeInstanceOf(DatabaseError);
    await expect(openRecords(join(folder, "no/such/folder.db"))).rejects.toBeInstanceOf(
      DatabaseError,
    );
  });

  test("is read while it is written", async () => {
    await (await openRecords(fileOf("pragmas"))).close();
    const client = new Database(fileOf("pragmas"), { readonly: true });
    expect(client.pragma("journal_mode", { simple: true })).toBe("wal");
    client.close();
  });
});
