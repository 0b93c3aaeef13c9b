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

  test("made by a newer version is refused in one line, and left as it is", async () => {
    await (await openRecords(fileOf("newer"))).close();
    const client = new Database(fileOf("newer"));
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
    expect(after.prepare("select count(*) as n from __drizzle_migrations").get()).toEqual({ n: 2 });
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
