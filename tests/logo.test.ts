import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLogo } from "../src/logo.ts";
import { png, textFile } from "./support/media.ts";

/** REDEEM_LOGO: a picture of the operator's, judged by its content. */

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-logo-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(content: string | Uint8Array, name = "logo"): Promise<string> {
  const path = join(folder, name);
  await Bun.write(path, content);
  try {
    return (await readLogo(path)).type;
  } catch (error) {
    return (error as Error).message;
  }
}

const fixture = (name: string) => Bun.file(join(import.meta.dir, "media/fixtures", name)).bytes();

describe("is", () => {
  test("a PNG, a JPEG or a WebP, whatever it is called", async () => {
    expect(await read(png(500_000), "logo.svg")).toBe("image/png");
    expect(await read(await fixture("plain.jpg"))).toBe("image/jpeg");
    expect(await read(await fixture("lossy.webp"))).toBe("image/webp");
  });

  test.each([
    "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "\uFEFF<?xml version='1.0'?>\n<!-- made by hand -->\n<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x.dtd'>\n<svg>\n</svg>",
    "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg></svg>",
  ])("an SVG: %s", async (text) => {
    expect(await read(text)).toBe("image/svg+xml");
  });
});

describe("is not", () => {
  test.each([
    ["a page", "<!doctype html><svg></svg>"],
    ["a page that begins like one", "<svgx></svgx>"],
    ["text", textFile()],
    ["nothing", ""],
  ])("%s", async (_, content) => {
    expect(await read(content)).toMatch(
      /^REDEEM_LOGO is ".*logo", which is no such picture; allowed: the path of a PNG/,
    );
  });

  test("another picture", async () => {
    expect(await read(await fixture("animated.gif"))).toContain("is no such picture");
  });

  test("one of more than 512 kB, a folder, or one that is not there", async () => {
    expect(await read(png(512_000))).toBe("image/png");
    expect(await read(png(512_001))).toContain("which is larger; allowed");
    await expect(readLogo(folder)).rejects.toThrow("which cannot be read (EISDIR); allowed");
    await expect(readLogo(join(folder, "none"))).rejects.toThrow("(ENOENT)");
  });
});
