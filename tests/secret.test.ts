import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSecret } from "../src/secret.ts";

let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-secret-"));
  file = join(folder, "deep/secret");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("is made once, for its owner alone, and nothing else is left", async () => {
  const one = await readSecret(file);
  const two = await readSecret(file);
  expect(two.callback).toBe(one.callback);
  expect(two.oauth(1)).toEqual(one.oauth(1));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(folder, "deep"))).toEqual(["secret"]);
});

test("every site has another one", async () => {
  const one = await readSecret(file);
  const two = await readSecret(join(folder, "other"));
  expect(two.callback).not.toBe(one.callback);
  expect(() => two.unseal(one.seal("text"))).toThrow();
});

test("no use shows another: what is handed out is not in the file, and all differ", async () => {
  const secret = await readSecret(file);
  const root = (await readFile(file, "utf8")).trim();
  const handed = [
    secret.callback,
    ...Object.values(secret.oauth(1)),
    ...Object.values(secret.oauth(2)),
  ];
  expect(new Set(handed).size).toBe(5);
  for (const value of handed) {
    expect(value.length).toBeGreaterThanOrEqual(40);
    expect(root).not.toContain(value);
  }
});

test("seals what only this site reads, another way each time", async () => {
  const secret = await readSecret(file);
  const sealed = secret.seal("upload token 漢");
  expect(secret.unseal(sealed)).toBe("upload token 漢");
  expect(secret.seal("upload token 漢")).not.toBe(sealed);
  expect(sealed).not.toContain("token");
  expect((await readSecret(file)).unseal(sealed)).toBe("upload token 漢");
});

test("what was changed is not unsealed", async () => {
  const secret = await readSecret(file);
  const bytes = Buffer.from(secret.seal("text"), "base64url");
  for (const at of [0, 12, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => secret.unseal(changed.toString("base64url"))).toThrow();
  }
  expect(() => secret.unseal("")).toThrow();
});

test("a file that cannot be read is an error, not another secret", async () => {
  await expect(readSecret(join(import.meta.path, "below-a-file"))).rejects.toThrow();
  await expect(readSecret(folder)).rejects.toThrow();
});
