import { expect, test } from "bun:test";
import { nameWithExtension } from "../../src/media/extension.ts";
import { DEFAULT_TYPES } from "../../src/media/types.ts";

/** Issue 7, 15: a bitmap `BM<script>…` called `x.html` was offered as `x.html`. */

test.each([
  ["x.html", "image/bmp", "x.html.bmp"],
  ["x.svg", "image/jpeg", "x.svg.jpg"],
  ["IMG_1.JPEG", "image/jpeg", "IMG_1.JPEG"],
  ["IMG_1.jpg", "image/jpeg", "IMG_1.jpg"],
  ["a.HEIC", "image/heic", "a.HEIC"],
  ["holiday 24.12", "video/mp4", "holiday 24.12.mp4"],
  ["none", "video/quicktime", "none.mov"],
  [".png", "image/png", ".png"],
  ["a.png", "image/x-icon", "a.png.ico"],
  ["a.svg", "image/svg+xml", "a.svg.bin"],
  ["a.dds", "image/vnd.ms-dds", "a.dds.bin"],
  ["a.flif", "image/flif", "a.flif"],
])("%p of %p is offered as %p", (name, type, offered) => {
  expect(nameWithExtension(name, type)).toBe(offered);
});

test("a name that is as long as it may be still ends in it, and no character is cut", () => {
  const offered = nameWithExtension("😀".repeat(255), "image/png");
  expect(offered).toBe(`${"😀".repeat(251)}.png`);
});

test("each type that is taken has an extension of its own", () => {
  for (const type of DEFAULT_TYPES) expect(nameWithExtension("a", type)).not.toBe("a.bin");
});
