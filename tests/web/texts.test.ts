import { describe, expect, test } from "bun:test";
import { MEDIA_REASONS } from "../../src/http/thumbnail-fields.ts";
import { noPreviewText } from "../../src/web/archive-page/views/photos/one/no-preview.ts";
import { createLocale } from "../../src/web/kit/locale.ts";
import {
  chooseLanguage,
  type Language,
  LANGUAGES,
  likedTags,
  regionalTag,
} from "../../src/web/texts/language.ts";
import { fill, type Message } from "../../src/web/texts/message.ts";
import { textsOf } from "../../src/web/texts/texts.ts";

describe("the language of a page", () => {
  test.each([
    [null, "en"],
    ["", "en"],
    ["da", "da"],
    ["de-CH,en;q=0.5", "de"],
    ["sv, fr;q=0.4, es;q=0.9", "es"],
    ["en;q=0.3, DA-dk;q=0.8", "da"],
    ["de;q=0, fr", "fr"],
    ["*, de;q=0.5", "en"],
    ["den", "en"],
    [`${"x,".repeat(10_000)}de`, "en"],
  ] as const)("%s: %s", (header, language) => {
    expect(chooseLanguage(header)).toBe(language);
  });
});

describe("the region of the reader", () => {
  test.each([
    ["en", "en-GB, en-US;q=0.9", "en-gb"],
    ["en", "sv-SE, en;q=0.8, en-AU;q=0.7", "en-au"],
    ["de", "de, de-Latn-AT;q=0.8", "de-latn-at"],
    ["es", "es-419", "es-419"],
    ["en", "de-AT", "en"],
    ["en", null, "en"],
    ["en", "en-GB-u-nu-arab, en-x, en-\u0000GB, en-gb-oxendict", "en"],
  ] as const)("a page in %s for %s: %s", (language, header, tag) => {
    expect(regionalTag(language, likedTags(header))).toBe(tag);
  });

  test("writes dates and numbers", () => {
    const at = new Date(2026, 10, 27, 18, 5).getTime();
    const now = new Date(2026, 0, 1).getTime();
    const british = createLocale("en", ["en-GB"]);
    expect(plain(british.moment(at, now))).toBe("Friday 27 November at 18:05");
    expect(british.date(at)).toBe("27 Nov 2026");
    expect(plain(createLocale("en").moment(at, now))).toBe("Friday, November 27 at 6:05 PM");
    expect(plain(createLocale("de", ["de-AT"]).say("{n}", { n: 12_345 }))).toBe("12 345");
  });
});

describe("a moment of another year has its year", () => {
  // As far from now as a link may last, and the year before.
  const now = new Date(2026, 10, 27, 16, 39).getTime();
  const [before, next] = [2025, 2027].map((year) => new Date(year, 10, 27, 16, 39).getTime());
  test.each([
    ["en-GB", "Thursday, 27 November 2025 at 16:39", "Saturday, 27 November 2027 at 16:39"],
    ["en", "Thursday, November 27, 2025 at 4:39 PM", "Saturday, November 27, 2027 at 4:39 PM"],
    ["de", "Donnerstag, 27. November 2025 um 16:39", "Samstag, 27. November 2027 um 16:39"],
    ["fr", "jeudi 27 novembre 2025 à 16:39", "samedi 27 novembre 2027 à 16:39"],
    ["es", "jueves, 27 de noviembre de 2025, 16:39", "sábado, 27 de noviembre de 2027, 16:39"],
    ["da", "torsdag den 27. november 2025 kl. 16.39", "lørdag den 27. november 2027 kl. 16.39"],
  ])("%s", (tag, past, future) => {
    const locale = createLocale(tag.slice(0, 2) as Language, [tag]);
    expect(plain(locale.moment(before ?? 0, now))).toBe(past);
    expect(plain(locale.moment(next ?? 0, now))).toBe(future);
    expect(locale.moment(now, now)).not.toContain("2026");
    // The page's own clock, where none is given.
    const year = new Date().getFullYear();
    expect(locale.moment(Date.now())).not.toContain(String(year));
    expect(locale.moment(new Date(year + 1, 5, 1).getTime())).toContain(String(year + 1));
  });
});

describe("a message", () => {
  const files = { one: "{count} file", other: "{count} files" };
  test.each([
    ["en", 0, "0 files"],
    ["en", 1, "1 file"],
    ["fr", 0, "0 file"],
    ["de", 1234, "1.234 files"],
  ] as const)("in %s of %d: %s", (language, count, text) => {
    expect(fill(files, language, { count })).toBe(text);
  });

  test("puts values in as they are, and keeps places without one", () => {
    expect(fill("{a} and {b}", "en", { a: "{b}$&" })).toBe("{b}$& and {b}");
  });
});

/** Each message by its path: [["common.close", "Close"], ...]. */
function messages(part: object, path = ""): [string, Message][] {
  return Object.entries(part).flatMap(([name, value]): [string, Message][] => {
    const here = path === "" ? name : `${path}.${name}`;
    if (typeof value === "string" || "other" in value) return [[here, value]];
    return messages(value, here);
  });
}

const placesOf = (message: Message) => new Set(JSON.stringify(message).match(/\{\w+\}/g) ?? []);

describe.each(LANGUAGES)("%s", (language) => {
  test("has the places for values that English has, and no empty text", () => {
    const english = new Map(messages(textsOf("en")));
    for (const [path, message] of messages(textsOf(language))) {
      expect([path, placesOf(message)]).toEqual([path, placesOf(english.get(path) ?? "")]);
      expect([path, JSON.stringify(message)]).not.toEqual([path, expect.stringMatching(/""/)]);
    }
  });
});

test.each(LANGUAGES)("in %s it is said why a file has no preview", (language) => {
  const { photos } = textsOf(language).archive;
  const say = (reason?: string) =>
    noPreviewText(
      { thumbnails_state: "none", ...(reason && { thumbnails_reason: reason }) },
      photos,
      createLocale(language),
    );
  const known = Object.keys(MEDIA_REASONS);
  expect(new Set([undefined, ...known].map(say)).size).toBe(known.length + 1);
  for (const reason of known) expect(say(reason)).not.toContain(reason);
  // Of a server that knows more reasons.
  expect(say("melted {reason}")).toEndWith(": melted {reason}.");
});

describe("one word for one thing, and no wrong one", () => {
  test.each([
    ["en", / …/],
    ["de", /[^ (]…|schick|Rückruf/],
    ["fr", / …|\bgros\b|abîm|rappel/i],
    ["es", / …|\bse (probaron|eligió|agotó|dañó|abandonó)\b|fue aceptado/],
    // "Tilbagekald" is said of links and keys alone; "Mærke" is a brand.
    ["da", / …|[Mm]ærke|[Uu]dgiv|[Vv]entende tilbagekald|“/],
  ] as const)("%s", (language, wrong) => {
    const said = messages(textsOf(language)).filter(([, text]) => wrong.test(writtenOf(text)));
    expect(said).toEqual([]);
  });

  test("in Spanish the archive is the gallery throughout", () => {
    const english = messages(textsOf("en")).filter(([, text]) =>
      /archive\b/i.test(writtenOf(text)),
    );
    const spanish = new Map(messages(textsOf("es")));
    expect(english.length).toBeGreaterThan(5);
    for (const [path] of english) {
      expect([path, writtenOf(spanish.get(path) ?? "")]).toEqual([
        path,
        expect.stringMatching(/galería/i),
      ]);
    }
  });

  test.each([
    ["de", /\b(am|[Bb]is|Wie es ist:) \{(moment|until|date)\}/],
    ["fr", /(\ble|[Jj]usqu’au|Sans changement :) \{(moment|until|date)\}/],
    ["es", /\b(el|está:) \{(moment|until|date)\}/],
  ] as const)(
    "in %s a moment has the word before it that makes a sentence of it",
    (language, right) => {
      const bare = messages(textsOf(language))
        .map(([path, text]) => [path, writtenOf(text)] as const)
        .filter(([, text]) => /\{(moment|until|date)\}/.test(text) && !right.test(text));
      expect(bare).toEqual([]);
    },
  );
});

/** What is counted need not be what the form is chosen by: of 8 files 1 may be left. */
test.each(["en", "de", "fr", "es", "da"] as const)(
  "in %s a number agrees with its noun and its verb whatever else is counted",
  (language) => {
    for (const [path, message] of messages(textsOf(language))) {
      if (!/\{(left|done|arrived)\}/.test(writtenOf(message))) continue;
      const said = fill(message, language, { left: 1, done: 1, arrived: 1, count: 8, until: "–" });
      expect([path, said]).not.toEqual([
        path,
        expect.stringMatching(/\b1 \p{L}+s\b|(Quedan|Han \p{L}+) 1\b/u),
      ]);
    }
  },
);

/** All that a message says, in one line. */
function writtenOf(message: Message): string {
  return typeof message === "string" ? message : `${message.one} ${message.other}`;
}

/** With ordinary spaces for those that do not break. */
const plain = (text: string) => text.replaceAll(/\s/g, " ");

describe("what a language writes", () => {
  test.each([
    ["en", "1.5 MB", "5 minutes", "in 5 minutes", "a, b, and c"],
    ["de", "1,5 MB", "5 Minuten", "in 5 Minuten", "a, b und c"],
    ["fr", "1,5 Mo", "5 minutes", "dans 5 minutes", "a, b et c"],
    ["es", "1,5 MB", "5 minutos", "dentro de 5 minutos", "a, b y c"],
    ["da", "1,5 MB", "5 minutter", "om 5 minutter", "a, b og c"],
  ] as const)("%s", (language, size, duration, inTime, list) => {
    const locale = createLocale(language);
    expect(plain(locale.size(1_500_000))).toBe(size);
    expect(size).toEndWith(` ${locale.unit("megabyte")}`);
    expect(plain(locale.duration(290))).toBe(duration);
    expect(plain(locale.inTime(290))).toBe(inTime);
    expect(locale.list(["a", "b", "c"])).toBe(list);
  });

  test.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [3e15, "3,000 TB"],
  ])("%d bytes: %s", (bytes, text) => {
    expect(createLocale("en").size(bytes)).toBe(text);
  });

  test.each([
    [3, "10 seconds"],
    [54, "60 seconds"],
    [59, "1 minute"],
    [3600, "1 hour"],
    [90_000, "25 hours"],
    [900_000, "10 days"],
  ])("%d seconds: %s", (seconds, text) => {
    expect(createLocale("en").duration(seconds)).toBe(text);
    expect(createLocale("en").inTime(seconds)).toBe(`in ${text}`);
  });
});

test.each([
  ["en", "revoked"],
  ["de", "widerrufen"],
  ["fr", "révoqué"],
  ["es", "revocado"],
  ["da", "tilbagekaldt"],
] as const)("in %s a link is %p for whoever reads of it, guest and collector", (language, word) => {
  const { upload, archive } = textsOf(language);
  const said = [
    upload.revokedHeading,
    upload.refusal.token_revoked,
    archive.links.states.revoked,
    archive.links.revoked,
  ];
  for (const text of said) expect(text.toLowerCase()).toContain(word);
});
