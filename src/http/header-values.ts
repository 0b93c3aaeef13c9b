/**
 * Reads the values of headers that have parameters behind them, as Content-Type and Content-Disposition do:
 * `form-data; name="file"; filename="cat.png"` (RFC 9110, 5.6.6; RFC 6266; RFC 7578).
 */
export type HeaderValue = {
  /** What stands before the first semicolon, in small letters. */
  value: string;
  /** By name in small letters; of a repeated one the first. `filename*` keeps its star. */
  params: ReadonlyMap<string, string>;
};

/**
 * What no header's value has (RFC 9110, 5.5). Other control characters are let through: browsers write them as they are where a
 * file's name has some, and the name that is kept has none (`upload/filename.ts`).
 */
const IMPOSSIBLE = /[\0\r\n]/;

/** One parameter, from the white space before its semicolon: a text in quotes, or a word. */
const PARAMETER =
  /[ \t]*;[ \t]*([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\[^])*)"|([\w!#$%&'*+.^`|~-]+))/y;

/** A text with its character set and language before it (RFC 8187): `UTF-8''c%C3%A4t.png`. */
const EXTENDED = /^([\w!#$%&+^`{}~-]+)'[^']*'((?:[^%'\s]|%[\da-f]{2})*)$/i;

/**
 * @param header as bytes (latin1), as Request has its headers: text in it may be UTF-8, as browsers write it
 * @returns undefined where it is malformed
 */
export function readHeaderValue(header: string): HeaderValue | undefined {
  const text = header.trim();
  if (IMPOSSIBLE.test(text)) return undefined;
  const value = /^([\w!#$%&'*+.^`|~-]+(?:\/[\w!#$%&'*+.^`|~-]+)?)/.exec(text);
  if (!value?.[1]) return undefined;
  const params = new Map<string, string>();
  let at = value[0].length;
  while (at < text.length) {
    PARAMETER.lastIndex = at;
    const [whole, name, quoted, word] = PARAMETER.exec(text) ?? [];
    if (whole === undefined || name === undefined) return undefined;
    const read = name.endsWith("*")
      ? readExtended(quoted ?? word ?? "")
      : utf8(quoted === undefined ? (word ?? "") : unescaped(quoted));
    if (read === undefined) return undefined;
    if (!params.has(name.toLowerCase())) params.set(name.toLowerCase(), read);
    at += whole.length;
  }
  return { value: value[1].toLowerCase(), params };
}

/** A file's name without the folders that some browsers put before it. */
export function lastSegment(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  return name === "." || name === ".." ? "" : name;
}

/** A backslash before anything but a quote or itself is one: old browsers sent `C:\cats\a.png`. */
function unescaped(quoted: string): string {
  return quoted.replace(/\\(["\\])/g, "$1");
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function readExtended(text: string): string | undefined {
  const [, charset, escaped] = EXTENDED.exec(text) ?? [];
  if (charset === undefined || escaped === undefined) return undefined;
  const bytes = Buffer.from(
    escaped.replace(/%([\da-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    ),
    "latin1",
  );
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return undefined;
  }
}
