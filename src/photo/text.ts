import sanitize from "sanitize-html";

/** Tags that a description may have (protocol 3). */
const SAFE_TAGS = [
  "b",
  "i",
  "em",
  "strong",
  "p",
  "br",
  "a",
  "ul",
  "ol",
  "li",
  "blockquote",
  "code",
];

const NO_TAGS = { allowedTags: [], allowedAttributes: {} };

/** Removing a tag may put two halves of another together; nobody nests them deeper than this. */
const ROUNDS = 5;

/**
 * Plain text of one line: what remains when all HTML tags are removed, and what nobody sees but terminals and
 * the order of letters obey.
 */
export function plainText(text: string): string {
  let plain = oneLine(text);
  for (let round = 0; round < ROUNDS; round += 1) {
    // A character reference may have been one of those.
    const next = oneLine(decode(sanitize(plain, NO_TAGS)));
    if (next === plain) return plain;
    plain = next;
  }
  return plain.replaceAll("<", "");
}

/** One line without control characters, of terminals or of the direction of writing. */
export function oneLine(text: string): string {
  return withoutControls(text.replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/gu, " "));
}

/** Tabs and line ends stay. */
function withoutControls(text: string): string {
  return text.replace(/(?![\t\n\r])[\p{Cc}\p{Bidi_Control}]/gu, "");
}

/**
 * HTML that is safe to show: the safe tags, and of attributes a link's address only. If any other tag
 * is in it, all HTML is removed (protocol 3).
 */
export function safeDescription(description: string): string {
  const html = withoutControls(description);
  if (!html.includes("<")) return html;
  let foreign = false;
  const safe = sanitize(html, {
    allowedTags: SAFE_TAGS,
    allowedAttributes: { a: ["href"] },
    allowedSchemes: ["http", "https", "mailto"],
    allowProtocolRelative: false,
    transformTags: {
      // A relative address has none of the schemes: it would lead into this site (protocol 3).
      a: (tagName, { href = "" }) => ({
        tagName,
        attribs: /^\s*(https?|mailto):/i.test(href) ? { href } : {},
      }),
    },
    onOpenTag: (name) => {
      if (!SAFE_TAGS.includes(name)) foreign = true;
    },
  });
  // What a character reference stood for is written out by now.
  return withoutControls(foreign ? sanitize(html, NO_TAGS) : safe);
}

/** The text of a safe description in one line: what its lines, paragraphs and items part, a space parts. */
export function textOfHtml(html: string): string {
  const parted = html.replace(/<(br|\/?p|\/?li|\/?blockquote|\/?ul|\/?ol)\b/gi, " $&");
  return plainText(parted).replace(/ +/g, " ").trim();
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };

function decode(text: string): string {
  return text.replace(/&(amp|lt|gt|quot);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
