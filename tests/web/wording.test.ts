import { describe, expect, test } from "bun:test";
import { signal } from "@preact/signals";
import { createLocale, percent } from "../../src/web/kit/locale.ts";
import type { Language } from "../../src/web/texts/language.ts";
import { textsOf } from "../../src/web/texts/texts.ts";
import { announceFiles } from "../../src/web/upload-page/announce.ts";
import { arrange } from "../../src/web/upload-page/arrange.ts";
import {
  describeEach,
  describeLimit,
  describeLimits,
  describeTypes,
  judgeFile,
  type Words,
} from "../../src/web/upload-page/choosing/limits.ts";
import { sortOut } from "../../src/web/upload-page/choosing/sort-out.ts";
import {
  acceptAttribute,
  kindOfAll,
  typeMatches,
} from "../../src/web/upload-page/choosing/types.ts";
import { describeRefusal } from "../../src/web/upload-page/detail.ts";
import { describeProgress, describeTimeLeft } from "../../src/web/upload-page/progress-words.ts";
import { createSpeedometer } from "../../src/web/upload-page/transfer/speed.ts";
import type { FileState, Transfer, Trouble } from "../../src/web/upload-page/transfer/types.ts";
import type { Totals } from "../../src/web/upload-page/upload-list.ts";

const mebibyte = 1024 * 1024;
const wordsOf = (language: Language): Words => ({
  texts: textsOf(language).upload,
  locale: createLocale(language),
});
const english = wordsOf("en");
const nameAll = (...types: string[]) => describeTypes(types, english);

const pick = (name: string, { type = "image/png", path = "" } = {}) => ({
  file: new File(["x"], name, { type, lastModified: 7 }),
  path,
});

const statesOf = (...groups: [FileState, number][]) =>
  new Map(
    groups.flatMap(([state, count]) =>
      Array.from({ length: count }, (_, index): [string, FileState] => [
        `${state} ${index}`,
        state,
      ]),
    ),
  );

describe("speeds and times", () => {
  test.each([
    [3, "a few seconds left"],
    [42, "about 50 seconds left"],
    [300, "about 5 minutes left"],
    [3600, "about 1 hour left"],
  ])("%p s reads %p", (seconds, text) => {
    expect(describeTimeLeft(seconds, english)).toBe(text);
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

test("what is read out as sent is on the server: bytes that went out in vain are not", () => {
  const heard: string[] = [];
  const none = {
    files: 1,
    done: 0,
    refused: 0,
    active: 1,
    paused: 0,
    size: 1000,
    sent: 0,
    stored: 0,
  };
  const totals = signal<Totals>({
    ...none,
    trouble: undefined,
    retryAt: undefined,
    offline: false,
    waitForUse: 0,
  });
  const list = { totals, states: signal(new Map()), row: () => undefined };
  const say = (sentence: string) => void heard.push(sentence);
  announceFiles(list, { maxSize: 1, types: [] }, english, { say });
  totals.value = { ...totals.value, sent: 900 };
  totals.value = { ...totals.value, sent: 0, trouble: "full" };
  expect(heard).toEqual([]);
  totals.value = { ...totals.value, sent: 900, stored: 500, trouble: undefined };
  expect(heard).toEqual(["50% sent."]);
});

test("why nothing gets through is said beside the file, here and where the archive replaces one", () => {
  const file = new File(["x"], "a.png");
  const transfer: Transfer = {
    id: "1",
    name: "a.png",
    path: "",
    size: 100,
    type: "image/png",
    file,
    state: "sending",
    sent: 0,
    stored: 0,
    speed: undefined,
    continued: false,
    trouble: "full",
    retryAt: undefined,
    waitsFor: undefined,
    telling: false,
  };
  const said = (trouble: Trouble | undefined, language: Language) =>
    describeProgress({ ...transfer, trouble }, wordsOf(language));
  expect(said("full", "en")).toBe(
    "0% of 100 bytes · The server has no room at the moment. Waiting until there is some…",
  );
  expect(said("busy", "da")).toContain("Serveren kan ikke modtage den i øjeblikket.");
  expect(said("silent", "fr")).toContain("Le serveur ne répond pas.");
  expect(said(undefined, "en")).toBe("0% of 100 bytes");
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
    expect(nameAll("image/*", "video/mp4")).toBe("images and MP4 videos");
    expect(nameAll("image/jpeg", "image/webp")).toBe("JPEG and WebP images");
    expect(nameAll("image/a", "image/b", "image/c", "image/d", "image/e")).toBe("images");
    expect(nameAll("application/pdf")).toBe("PDF files");
    expect(nameAll("image/*", "application/octet-stream")).toBe("files of any type");
    expect(describeTypes(["image/png"], wordsOf("de"))).toBe("Bilder (PNG)");
  });

  test("what is asked for is called by the kind of all of them", () => {
    expect(kindOfAll(["image/*"])).toBe("images");
    expect(kindOfAll(["video/mp4"])).toBe("videos");
    expect(kindOfAll(["image/png", "video/mp4"])).toBe("media");
    expect(kindOfAll(["image/png", "application/pdf"])).toBe("files");
    expect(kindOfAll(["*/*"])).toBe("files");
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
  const refusal = (file: { size: number; type: string }, own = limits) => {
    const code = judgeFile(file, own);
    return code && describeLimit(code, file, own, english);
  };

  test("say what and why", () => {
    expect(refusal({ size: 0, type: "image/png" })).toBe("The file is empty.");
    expect(refusal({ size: 5, type: "application/pdf" })).toBe(
      "This is not a photo or video. You can send images.",
    );
    // Where other files are taken, "no photo or video" is no reason.
    expect(
      refusal({ size: 5, type: "text/plain" }, { ...limits, types: ["application/pdf"] }),
    ).toBe("PLAIN files are not accepted here. You can send PDF files.");
    expect(refusal({ size: 12 * mebibyte, type: "" })).toBe(
      "The file is too large: it is 12.6 MB, and at most 10 MB is allowed.",
    );
    expect(refusal({ size: 10 * mebibyte, type: "image/png" })).toBeUndefined();
  });

  test("a size and the limit it breaks never read the same", () => {
    for (const over of [1, 100, 20_000, 200_000]) {
      const text = refusal({ size: 10 * mebibyte + over, type: "" }) ?? "";
      const [, size, limit] = /it is (.+), and at most (.+) is allowed/.exec(text) ?? [];
      expect(size).toBeDefined();
      expect(size).not.toBe(limit);
    }
  });

  test("a decimal limit reads as it was set, and the size that breaks it in the same units", () => {
    const decimal = { maxSize: 120_000_000, types: ["image/*"] };
    expect(describeLimits({ ...decimal, files: 1 }, english)).toBe(
      "One file: images, up to 120 MB.",
    );
    // In binary units it would be 119 MB.
    expect(refusal({ size: 125_000_000, type: "" }, decimal)).toBe(
      "The file is too large: it is 125 MB, and at most 120 MB is allowed.",
    );
  });

  test("the limits are said beforehand", () => {
    expect(describeLimits({ ...limits, files: 3 }, english)).toBe(
      "Up to 3 files: images, up to 10 MB each.",
    );
    expect(describeEach(limits, english)).toBe("You can send images, up to 10 MB each.");
  });

  test("what the server says is translated by its code; a code that is not known keeps its sentence", () => {
    const file = { size: 5, type: "image/png" };
    const said = (code: string, message: string, language: Language) =>
      describeRefusal({ ...file, refusal: { code, message } }, limits, wordsOf(language));
    expect(said("file_not_supported", "The file type is bad.", "en")).toStartWith("What is in");
    expect(said("file_not_supported", "The file type is bad.", "de")).toStartWith(
      "Was in der Datei",
    );
    expect(said("brand_new", "Something new.", "de")).toBe("Something new.");
    expect(said("token_used", "", "en")).toBe("Others have used the last place of this link.");
    // A name that every object has is no code.
    expect(said("constructor", "", "en")).toBe("The server could not accept this file.");
  });
});

describe("sorting out what was chosen", () => {
  const limits = { maxSize: 100, types: ["image/*"] };
  test("the first that fit are taken, and the rest says why not", () => {
    const chosen = ["a", "b", "c", "d"].map((name) => pick(name));
    chosen.splice(1, 0, pick("notes", { type: "text/plain" }));
    const { wanted, refused, repeated } = sortOut(chosen, [], limits, 2);
    expect(wanted.map(({ file }) => file.name)).toEqual(["a", "b"]);
    expect(refused.map(({ name, refusal }) => [name, refusal?.code])).toEqual([
      ["notes", "no_media"],
      ["c", "no_place"],
      ["d", "no_place"],
    ]);
    expect(repeated).toEqual([]);
  });

  test("a file is taken once; those of two folders are two, and one that was not accepted may come again", () => {
    const [first] = sortOut([pick("a")], [], limits, 0).refused;
    if (first === undefined) throw new Error("it was taken");
    const chosen = [pick("a"), pick("a"), pick("a", { path: "holiday" })];
    expect(sortOut(chosen, [first], limits, 9).wanted).toHaveLength(2);
    const again = sortOut(chosen, [{ ...first, state: "sending" }], limits, 9);
    expect([again.wanted.length, again.repeated.length]).toEqual([1, 2]);
  });
});

describe("the list", () => {
  const none = { waiting: 0, refused: 0, done: 0 };
  test("has a few files as they were chosen", () => {
    const items = arrange(statesOf(["done", 6], ["sending", 1], ["waiting", 5]), none);
    expect(items.map((item) => item.kind === "row" && item.id.split(" ")[0])).toEqual([
      ...Array.from({ length: 6 }, () => "done"),
      "sending",
      ...Array.from({ length: 5 }, () => "waiting"),
    ]);
  });

  test("folds many: what moves comes first, then what was not accepted, and what has arrived is a line", () => {
    const states = statesOf(["done", 40], ["waiting", 455], ["sending", 3], ["refused", 2]);
    const items = arrange(states, none);
    expect(items).toHaveLength(3 + 2 + 5 + 1 + 1);
    expect(items[0]).toEqual({ kind: "row", id: "sending 0" });
    expect(items.slice(-2)).toEqual([
      { kind: "fold", group: "waiting", shown: 5, hidden: 450 },
      { kind: "fold", group: "done", shown: 0, hidden: 40 },
    ]);
    const more = arrange(states, { ...none, waiting: 1 });
    expect(more).toHaveLength(items.length + 50);
  });

  test("shows ten of those that are sent, and folds the rest of them with those that wait", () => {
    const states = statesOf(["sending", 30], ["waiting", 100], ["cancelled", 1]);
    const items = arrange(states, none);
    const rows = items.flatMap((item) => (item.kind === "row" ? [item.id] : []));
    expect(rows).toHaveLength(10 + 1 + 5);
    expect([rows[9], rows.at(-1)]).toEqual(["sending 9", "sending 14"]);
    expect(items.at(-1)).toEqual({ kind: "fold", group: "waiting", shown: 5, hidden: 115 });
  });
});
