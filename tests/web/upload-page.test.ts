import { describe, expect, test } from "bun:test";
import { scriptName, stylesName, webAssets } from "../../src/web/assets.ts";
import { renderUploadPage, type UploadPageInfo } from "../../src/web/upload-page.tsx";

const info: UploadPageInfo = {
  site: { name: "A & B" },
  language: "en",
  liked: [],
  uploadGrant: null,
  uploadToken: "abc123",
  state: "ready",
  title: "Holiday",
  descriptionHtml: "<p>Send <b>all</b></p>",
  sender: "",
  ask: [],
  maxUploads: 8,
  remaining: 3,
  free: 3,
  validUntil: 2_000_000,
  graceUntil: 3_000_000,
  now: 1_000_000,
  maxSize: 1024,
  types: ["image/*"],
  returns: false,
};

const hostile = `</script></title><img src=x onerror="alert(1)">'`;

describe("the upload page", () => {
  test("shows title, description and limits, and refers to nothing but its own assets", () => {
    const page = renderUploadPage(info);
    expect(page).toContain("<title>Holiday – A &amp; B</title>");
    expect(page).toContain("<p>Send <b>all</b></p>");
    expect(page).toContain("Up to 3 files: images, up to 1 kB each.");
    const names = [...page.matchAll(/"\.\.\/web-assets\/([^"]+)"/g)].map((match) => match[1]);
    expect(names).toEqual([
      stylesName("upload-page"),
      scriptName("upload-page"),
      scriptName("preview-worker"),
    ]);
    expect(page).not.toMatch(/https?:/);
  });

  test("needs nothing that its content security policy forbids", () => {
    const page = renderUploadPage(info);
    expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=/);
    expect([...page.matchAll(/<script (?!src=|type="application\/json")/g)]).toEqual([]);
  });

  test("escapes whatever comes from outside", () => {
    const page = renderUploadPage({
      ...info,
      title: hostile,
      site: { name: hostile },
      uploadToken: hostile,
      types: [hostile],
    });
    expect(page).not.toContain("<img");
    expect([...page.matchAll(/<\/script>/g)]).toHaveLength(2);
    const json = /id="upload-info">(.*?)<\/script>/.exec(page)?.[1] ?? "";
    expect(JSON.parse(json).uploadToken).toBe(hostile);
  });

  test("says who asks, and what for: as its heading where the link has no title", () => {
    const asked = renderUploadPage({ ...info, sender: hostile });
    expect(asked).toContain(" asks you for photos");
    expect(asked).not.toContain("<img");
    const untitled = renderUploadPage({ ...info, sender: "Anna", title: "" });
    expect(untitled).toMatch(/<h1[^>]*>Anna asks you for photos<\/h1>/);
    expect(untitled).not.toContain('class="sender"');
  });

  test.each([
    ["used", "This upload link has already been used."],
    ["expired", "This upload link has expired."],
    ["revoked", "This upload link was revoked."],
    ["invalid", "This upload link is not valid."],
  ] as const)("%s: a sentence and no form", (state, sentence) => {
    const page = renderUploadPage({ ...info, state });
    expect(page).toContain(sentence);
    expect(page).not.toMatch(/<form|<script|<input|Holiday|Send/);
  });

  test("brings its own script and styles, which load nothing from elsewhere", () => {
    const [script, styles] = [scriptName("upload-page"), stylesName("upload-page")].map((name) =>
      String(webAssets.get(name)?.body),
    );
    expect(script).toContain("resumableChunkNumber");
    // A picture that is written into it is not loaded.
    expect(styles).not.toMatch(/url\((?!"data:image\/svg)|@import/);
  });
});
