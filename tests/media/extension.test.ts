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
  // Issue 8, 3.8: what an operator takes beside photos and videos.
  ["report.pdf", "application/pdf", "report.pdf"],
  ["report.docx", "application/zip", "report.docx"],
  [
    "report.docx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "report.docx",
  ],
  ["song.mp3", "audio/mpeg", "song.mp3"],
  ["notes.txt", "application/octet-stream", "notes.txt"],
  ["table.CSV", "application/octet-stream", "table.CSV"],
  ["nameless", "application/octet-stream", "nameless.bin"],
  ["x.html", "application/octet-stream", "x.html.bin"],
  ["x.svg", "application/octet-stream", "x.svg.bin"],
  ["x.js", "application/octet-stream", "x.js.bin"],
  ["x.bat", "application/octet-stream", "x.bat.bin"],
  ["x.xml", "application/xml", "x.xml.bin"],
  ["x.exe", "application/x-msdownload", "x.exe.bin"],
  ["x.txt", "application/x-msdownload", "x.txt.bin"],
  ["x.jar", "application/java-archive", "x.jar.bin"],
  ["x.jar", "application/zip", "x.jar.zip"],
  ["x.msi", "application/x-cfb", "x.msi.bin"],
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
