import { describe, expect, test } from "bun:test";
import { refusal, tooMany, describeLimits } from "../../src/web/upload-page/limits.ts";
import { createSpeedometer } from "../../src/web/upload-page/transfer/speed.ts";
import { acceptAttribute, describeTypes, typeMatches } from "../../src/web/upload-page/types.ts";
import { percent } from "../../src/web/kit/locale.ts";
import {
  formatSize,
  formatSizeAgainst,
  formatSpeed,
  formatTimeLeft,
} from "../../src/web/upload-page/wording.ts";

const mebibyte = 1024 * 1024;

describe("sizes, speeds, times", () => {
  test.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [1023, "1023 bytes"],
    [1536, "1.5 KB"],
    [1024 * 1024 - 1, "1 MB"],
    [10 * mebibyte, "10 MB"],
    [345.6 * mebibyte, "346 MB"],
    [5 * 1024 * mebibyte, "5 GB"],
  ])("%p bytes read %p", (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });

  test("a size and the limit it breaks never read the same", () => {
    expect(formatSizeAgainst(12 * mebibyte, 10 * mebibyte)).toEqual(["12 MB", "10 MB"]);
    for (const over of [1, 100, 20_000, 200_000]) {
      const [size, limit] = formatSizeAgainst(10 * mebibyte + over, 10 * mebibyte);
      expect(size).not.toBe(limit);
    }
  });

  test("speed", () => expect(formatSpeed(1.25 * mebibyte)).toBe("1.3 MB/s"));

  test.each([
    [3, "a few seconds left"],
    [42, "about 50 seconds left"],
    [60, "about a minute left"],
    [300, "about 5 minutes left"],
    [3600, "about an hour left"],
    [3 * 86_400, "about 3 days left"],
    [Number.POSITIVE_INFINITY, ""],
  ])("%p s reads %p", (seconds, text) => {
    expect(formatTimeLeft(seconds)).toBe(text);
  });

  test("100 % is said only when it is true", () => {
    expect([percent(0), percent(0.999), percent(1)]).toEqual([0, 99, 100]);
  });

  test("the speed is that of the last seconds, and survives a chunk sent again", () => {
    const meter = createSpeedometer();
    meter.record(0, 0);
    expect(meter.speed()).toBeUndefined();
    meter.record(2000, 2000);
    expect(meter.speed()).toBe(1000);
    meter.record(500, 2500);
    expect(meter.speed()).toBeUndefined();
    meter.record(1500, 4500);
    expect(meter.speed()).toBe(500);
  });
});

describe("types", () => {
  test.each([
    ["image/jpeg", true],
    ["IMAGE/PNG", true],
    ["image/svg+xml", false],
    ["video/mp4", true],
    ["video/mp4; codecs=avc1", true],
    ["video/webm", false],
    ["imagex/png", false],
    ["", true],
  ])("image/* and video/mp4: %p -> %p", (type, allowed) => {
    expect(typeMatches(type, ["image/*", "video/mp4"])).toBe(allowed);
  });

  test("are named as people name them", () => {
    expect(describeTypes(["image/*", "video/mp4"])).toBe("images and MP4 videos");
    expect(describeTypes(["image/jpeg", "image/webp"])).toBe("JPEG and WebP images");
    expect(describeTypes(["image/a", "image/b", "image/c", "image/d", "image/e"])).toBe("images");
    expect(describeTypes(["application/pdf"])).toBe("PDF files");
    expect(describeTypes(["image/*", "application/octet-stream"])).toBe("files of any type");
  });

  test("where the server takes what it does not recognize, what the browser calls it decides nothing", () => {
    for (const types of [["*/*"], ["application/pdf", "application/octet-stream"]]) {
      expect(typeMatches("text/html", types)).toBe(true);
      expect(typeMatches("image/svg+xml", types)).toBe(true);
      expect(acceptAttribute(types)).toBe("");
    }
    expect(acceptAttribute(["image/*", "application/pdf"])).toBe("image/*,application/pdf");
  });
});

describe("refusals", () => {
  const limits = { maxSize: 10 * mebibyte, types: ["image/*"] };

  test("say what and why", () => {
    expect(refusal({ size: 0, type: "image/png" }, limits)).toBe("The file is empty.");
    expect(refusal({ size: 5, type: "application/pdf" }, limits)).toBe(
      "This is not a photo or video. You can send images.",
    );
    // Where other files are taken, "no photo or video" is no reason.
    expect(
      refusal({ size: 5, type: "text/plain" }, { ...limits, types: ["application/pdf"] }),
    ).toBe("PLAIN files are not accepted here. You can send PDF files.");
    expect(refusal({ size: 12 * mebibyte, type: "" }, limits)).toBe(
      "The file is too large: it is 12 MB, and at most 10 MB is allowed.",
    );
    expect(refusal({ size: 10 * mebibyte, type: "image/png" }, limits)).toBeUndefined();
  });

  test("a decimal limit reads as it was set, and the size that breaks it in the same units", () => {
    const decimal = { maxSize: 120_000_000, types: ["image/*"] };
    expect(describeLimits({ ...decimal, remainingUploads: 1 })).toBe(
      "One file: images, up to 120 MB.",
    );
    // In binary units the file would be 119 MB.
    expect(refusal({ size: 125_000_000, type: "" }, decimal)).toBe(
      "The file is too large: it is 125 MB, and at most 120 MB is allowed.",
    );
  });

  test("too many", () => {
    expect(tooMany(5, 3)).toContain("You chose 5 files, but at most 3 files can be sent");
    expect(tooMany(2, 1)).toContain("only 1 file can be sent");
    expect(tooMany(1, 0)).toBe("No more files can be sent with this link.");
  });

  test("the limits are said beforehand", () => {
    expect(describeLimits({ ...limits, remainingUploads: 1 })).toBe(
      "One file: images, up to 10 MB.",
    );
    expect(describeLimits({ ...limits, remainingUploads: 3 })).toBe(
      "Up to 3 files: images, up to 10 MB each.",
    );
  });
});
