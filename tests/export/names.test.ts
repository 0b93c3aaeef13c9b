import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { nameKey, safeFileName, safeFolderName } from "../../src/export/names.ts";

const fileName = (name: string) => {
  const { stem, extension } = safeFileName(name, "photo-7");
  return stem + extension;
};

describe("a file's own name", () => {
  test.each([
    ["party.jpg", "party.jpg"],
    ["Ærø – été 🎉.JPG", "Ærø – été 🎉.JPG"],
    // macOS writes é as two characters.
    ["e\u0301te\u0301.jpg", "été.jpg"],
    ["../../etc/passwd", "___.._etc_passwd"],
    ["C:\\a\\b.png", "C__a_b.png"],
    ["..", "photo-7"],
    [".", "photo-7"],
    ["", "photo-7"],
    ["   ", "photo-7"],
    [".htaccess", "_htaccess"],
    ["a\u0000b\nc\u001b[31m.png", "a_b_c_[31m.png"],
    ["gnp.\u202egpj.exe", "gnp._gpj.exe"],
    ['a<b>c:d"e|f?g*h.png', "a_b_c_d_e_f_g_h.png"],
    ["con.jpg", "_con.jpg"],
    ["NUL", "_NUL"],
    ["com1.png", "_com1.png"],
    ["lpt\u00b2.png", "_lpt\u00b2.png"],
    ["aux .png", "_aux .png"],
    ["console.jpg", "console.jpg"],
    ["dots...", "dots"],
    ["space .", "space"],
    ["half \ud800.png", "half \ufffd.png"],
  ])("%j is %j", (name, safe) => {
    expect(fileName(name)).toBe(safe);
  });

  test("a long one keeps its extension and whole characters", () => {
    const long = fileName(`${"👨‍👩‍👧‍👦".repeat(40)}.jpeg`);
    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(200);
    expect(long).toMatch(/^(👨‍👩‍👧‍👦)+\.jpeg$/u);
    expect(fileName("x".repeat(500))).toBe("x".repeat(200));
    expect(fileName(`a.${"y".repeat(300)}`)).toBe(`a.${"y".repeat(198)}`);
  });

  test("whatever it is, any file system takes it, and nothing of it is a path", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (name) => {
        for (const safe of [fileName(name), safeFolderName(name, "Album 7")]) {
          expect(Buffer.byteLength(safe)).toBeLessThanOrEqual(200);
          expect(safe).not.toBe("");
          expect(safe.isWellFormed()).toBe(true);
          expect(safe).not.toMatch(/[\p{Cc}<>:"/\\|?*]|^[.\s]|[.\s]$/u);
          expect(safe.normalize("NFC")).toBe(safe);
        }
      }),
    );
  });
});

test("names that are one file on some system have one key", () => {
  expect(nameKey("A/Straße.JPG")).toBe(nameKey("a/STRASSE.jpg"));
  expect(nameKey("\u212a.jpg")).toBe(nameKey("k.jpg"));
  expect(nameKey("e\u0301")).toBe(nameKey("É"));
  expect(nameKey("a")).not.toBe(nameKey("b"));
});
