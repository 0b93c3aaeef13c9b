import { expect, test } from "bun:test";
import { programPath } from "../src/program-path.ts";

// Issue 8, 3.4: `build --target win32-x64` printed a path without .exe, where nothing was.
test.each([
  ["dist/redeem-win32-x64", "win32-x64", "dist/redeem-win32-x64.exe"],
  ["dist/Redeem.EXE", "win32-x64", "dist/Redeem.EXE"],
  ["dist/redeem", "linux-x64", "dist/redeem"],
])("%s for %s is built as %s", (path, target, built) => {
  expect(programPath(path, target)).toBe(built);
});
