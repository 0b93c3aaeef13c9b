import { readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import { rowsOf } from "./database.ts";
import type { TestServer } from "./server.ts";

/** What requests leave behind while, and only while, they are under way. */
export type Remains = {
  spools: number;
  /** Bytes of unfinished uploads. */
  uploads: number;
  /** Uploads that hold a use of their token. */
  receiving: number;
  /** Files and sockets that the process has open. */
  handles: number;
};

export async function remainsOf(server: TestServer): Promise<Remains> {
  return {
    spools: (await readdir(join(server.folder, "spool"))).length,
    uploads: (await readdir(join(server.folder, "uploads"))).length,
    receiving: rowsOf(server, "select id from uploads where state = 'receiving'").length,
    handles: (await openHandles(server)).length,
  };
}

/** What each open handle of the process leads to. */
export async function openHandles(server: TestServer): Promise<string[]> {
  const folder = `/proc/${server.process.pid}/fd`;
  const links = (await readdir(folder)).map((name) =>
    // It may have been closed since it was listed.
    readlink(join(folder, name)).catch(() => undefined),
  );
  return (await Promise.all(links)).filter(
    // Bun's own threads, which come with the first request that needs them and stay.
    (link) => link !== undefined && !link.startsWith("anon_inode:"),
  ) as string[];
}

/**
 * Waits until a server has let go of everything: no spool, no unfinished bytes, no use reserved, and
 * not more handles than before.
 * @throws what is left, when it does not go
 */
export async function nothingLeft(
  server: TestServer,
  before: Remains,
  withinMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const left = await remainsOf(server);
    const { spools, uploads, receiving, handles } = left;
    if (spools + uploads + receiving === 0 && handles <= before.handles) return;
    if (performance.now() > deadline) {
      const open = (await openHandles(server)).join("\n");
      throw new Error(`left behind: ${JSON.stringify({ left, before })}\n${open}`);
    }
    await Bun.sleep(20);
  }
}

/** Waits until something is so. */
export async function until<Value>(
  what: string,
  look: () => Promise<Value | undefined | false> | Value | undefined | false,
  withinMs = 30_000,
): Promise<Value> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await Bun.sleep(20);
  }
}

/** Looks until it is so. @throws what it is in the end, where that is something else */
export async function expectSoon<Value>(
  look: () => Promise<Value> | Value,
  wanted: Value,
): Promise<void> {
  let found: Value | undefined;
  const isSo = async () => Bun.deepEquals((found = await look()), wanted);
  await until(`it is ${Bun.inspect(wanted)}`, isSo).catch((error: Error) => {
    throw new Error(`${error.message}; it is ${Bun.inspect(found)}`);
  });
}
