import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { serverForAll } from "../support/lifetime.ts";
import { startServer } from "../support/server.ts";
import { isFailure, isMisuse, run, withFolder } from "./run.ts";

const server = serverForAll();

describe("redeem serve fails in one line with exit code 1", () => {
  test("where another server has the folder", async () => {
    const ran = await run(server.folder, ["serve"]);
    expect(ran.err).toContain("in use by another Redeem server");
    expect(isFailure(ran)).toBe(true);
  });

  test("where the port is taken", async () => {
    await withFolder(async (folder) => {
      const ran = await run(folder, ["serve"], { REDEEM_PORT: String(server.port) });
      expect(ran.err).toContain(`Port ${server.port} on 127.0.0.1 is taken`);
      expect(isFailure(ran)).toBe(true);
    });
  });

  test("where the folder cannot be made", async () => {
    const ran = await run(join(import.meta.path, "data"), ["serve"]);
    expect(ran.err).toContain("cannot be written (ENOTDIR)");
    expect(isFailure(ran)).toBe(true);
  });

  test.each([
    ["REDEEM_PORT", "x"],
    ["REDEEM_MAX_SIZE", "lots"],
    ["REDEEM_PUBLIC_URL", "photos.example"],
    ["REDEEM_STALL", "1h"],
  ])("where %s is %p", async (name, value) => {
    await withFolder(async (folder) => {
      const ran = await run(folder, ["serve"], { [name]: value });
      expect(ran.err).toContain(`${name} is "${value}"; allowed: `);
      expect(isFailure(ran)).toBe(true);
    });
  });

  test("where a certificate cannot be read", async () => {
    await withFolder(async (folder) => {
      const env = { REDEEM_TLS_CERT: "/nowhere/cert.pem", REDEEM_TLS_KEY: "/nowhere/key.pem" };
      const ran = await run(folder, [], env);
      expect(ran.err).toContain(
        'REDEEM_TLS_CERT is "/nowhere/cert.pem", which cannot be read (ENOENT); allowed: ',
      );
      expect(isFailure(ran)).toBe(true);
    });
  });

  test("where the database is none", async () => {
    await withFolder(async (folder) => {
      await Bun.write(join(folder, "redeem.db"), "no database".repeat(500));
      const ran = await run(folder, ["serve"]);
      expect(ran.err).toContain("redeem.db cannot be");
      expect(isFailure(ran)).toBe(true);
    });
  });
});

// Issue 8, 3.6.
test.each([
  ["0", "Photos         private: listed for API keys alone; an original opens for whoever"],
  ["1", "Photos         public: published ones are listed for everybody; an original opens"],
])(
  "with REDEEM_PUBLIC_LIST=%s the start says who sees photos, and so does token create",
  async (value, words) => {
    const own = await startServer({ env: { REDEEM_PUBLIC_LIST: value } });
    expect(own.output).toContain(words);
    // By what the server said of itself: this command's own settings are others.
    const env = { REDEEM_PUBLIC_LIST: value === "1" ? "0" : "1" };
    const { out } = await run(own.folder, ["token", "create"], env);
    const open = "public: listed for everybody (REDEEM_PUBLIC_LIST);";
    expect(out.includes(open)).toBe(value === "1");
    const hidden = await run(own.folder, ["token", "create", "--publish", "0"], env);
    expect(hidden.out).toContain(
      `The photos are ${value === "1" ? "unpublished" : "private"}: listed for API keys alone; an original opens for whoever has its address.\n`,
    );
    await own.stop();
  },
);

describe("redeem help", () => {
  test.each([[["help"]], [["--help"]], [["-h"]]])("%p", async (words) => {
    await withFolder(async (folder) => {
      const ran = await run(folder, words);
      expect(ran).toMatchObject({ code: 0, err: "" });
      expect(ran.out).toContain("redeem token create");
      expect(ran.out).not.toContain("`");
      expect(ran.out).toContain("REDEEM_PUBLIC_URL");
      expect(ran.out).toContain("default: 2323");
    });
  });

  test("is where an unknown command leads", async () => {
    const ran = await run(server.folder, ["sevre"]);
    expect(ran.err).toContain('no command "sevre". See: redeem help');
    expect(isMisuse(ran)).toBe(true);
  });
});
