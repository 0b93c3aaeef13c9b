import { Problem } from "../problem.ts";
import type { Level } from "../records/records.ts";

export type Version = 1 | 2;
export type Value = string | number | boolean | null | readonly Value[] | Data;
/** Lists and objects within it are for methods of version 2 alone: version 1 knows text only. */
export type Data = { readonly [name: string]: Value };

/** How a caller wants an answer. v1 and v2 are two renderings of one result. */
export type Style = {
  version: Version;
  json: boolean;
  /** v1: the bare object, without `var visual = `. */
  raw: boolean;
  varname: string;
  /** Wraps the answer in a call of this function. */
  callback: string | undefined;
  /** v2: the members of `data` that are wanted. */
  fields: string[] | undefined;
};

/** How envelopes name the site: the host of its public address, and REDEEM_SITE_NAME. */
export type SiteNames = { domain: string; name: string };

export type Success = {
  level: Level;
  message: string;
  /** v1 JSON: the object's own key. */
  key: string;
  data: Data;
  /** v2: members that stand beside `data` as well. */
  beside?: Data;
};

export type List = {
  level: Level;
  /** v1: the key of the items, in the singular. */
  key: string;
  items: Data[];
  /** v2: the items stand under this name as well as in `data`. */
  beside?: string | undefined;
  /** v1 XML: what of an item is an element in it, where all else is an attribute. */
  elements: readonly string[];
  page: number;
  size: number;
  total: number;
  /** What a caller gives to get the next page, where there is one. */
  next?: string | undefined;
};

/**
 * Reads `format`, `varname`, `callback`, `raw` and `fields` (protocol 2).
 * @throws Problem invalid_input for a name that is not an identifier: it would be script
 */
export function readStyle(version: Version, params: ReadonlyMap<string, string>): Style {
  const format = params.get("format") || (version === 1 ? "xml" : "json");
  const style = plainStyle(version);
  if (format !== "xml" && format !== "json") {
    throw new Problem("invalid_input", "format must be xml or json.");
  }
  const fields = params.get("fields");
  return {
    ...style,
    json: version === 2 || format === "json",
    raw: params.has("raw") && params.get("raw") !== "0",
    varname: identifier(params, "varname") ?? "visual",
    callback: identifier(params, "callback"),
    fields: fields ? fields.split(",").map((field) => field.trim()) : undefined,
  };
}

/** The version's own style, for an answer whose style could not be read. */
export function plainStyle(version: Version): Style {
  return {
    version,
    json: version === 2,
    raw: false,
    varname: "visual",
    callback: undefined,
    fields: undefined,
  };
}

function identifier(params: ReadonlyMap<string, string>, name: string): string | undefined {
  const value = params.get(name);
  if (value === undefined || value === "") return undefined;
  if (/^[\w$.]{1,100}$/.test(value)) return value;
  throw new Problem(
    "invalid_input",
    `${name} must be an identifier (letters, digits, _, $ and .).`,
  );
}

export function renderResult(
  style: Style,
  result: Success | List,
  site: SiteNames,
  endpoint: string,
): Response {
  return "items" in result
    ? renderList(style, result, site, endpoint)
    : renderSuccess(style, result, site, endpoint);
}

export function renderSuccess(
  style: Style,
  success: Success,
  site: SiteNames,
  endpoint: string,
): Response {
  const { level, message, key, data } = success;
  if (!style.json) {
    return xml({
      ...attributes("ok", level),
      "@message": message,
      "@cached": "0",
      ...elementsOf(strings(data)),
    });
  }
  if (style.version === 2) {
    const kept = keepFields(data, style.fields);
    const head = { status: "ok", permission_level: level, cached: false, message };
    return json(style, 200, { ...head, data: kept, ...success.beside });
  }
  const head = { status: "ok", message, permission_level: level, cached: "0" };
  // The site's own object takes the place of the one that every answer has.
  const whole = { ...head, [key]: {}, ...tail("1", "20", site, endpoint) };
  return json(style, 200, { ...whole, [key]: strings(data) });
}

function renderList(style: Style, list: List, site: SiteNames, endpoint: string): Response {
  const { level, key, items, elements, page, size, total, next } = list;
  const following = next === undefined ? {} : { next };
  if (!style.json) {
    const rows = items.map((item) => asRow(strings(item), elements));
    const counts = {
      "@p": String(page),
      "@size": String(size),
      "@total_count": String(total),
      ...(next !== undefined && { "@next": next }),
    };
    return xml({ ...attributes("ok", level), ...counts, "@cached": "0", [key]: rows });
  }
  if (style.version === 2) {
    const data = items.map((item) => keepFields(item, style.fields));
    const head = { status: "ok", permission_level: level, cached: false, message: "" };
    const beside = list.beside === undefined ? {} : { [list.beside]: data };
    return json(style, 200, {
      ...head,
      p: page,
      size,
      total_count: total,
      ...following,
      data,
      ...beside,
    });
  }
  const rows = items.map(flagsAsNumbers);
  const head = { status: "ok", message: "", permission_level: level, cached: "0" };
  return json(style, 200, {
    ...head,
    [key]: rows[0] ?? {},
    [`${key}s`]: rows,
    total_count: String(total),
    ...following,
    ...tail(String(page), String(size), site, endpoint),
  });
}

/** v1 answers errors with 200, v2 with their status (protocol 2). */
export function renderProblem(
  style: Style,
  problem: Problem,
  level: Level,
  site: SiteNames,
  endpoint: string,
): Response {
  const { code, message, retryAfter } = problem;
  const status = style.version === 1 ? 200 : problem.status;
  const head = { status: "error", permission_level: level, code, message };
  const whole = style.version === 2 ? head : { ...head, site: siteOf(site), endpoint };
  const response = style.json
    ? json(style, status, whole)
    : xml({ ...attributes("error", level), "@code": code, "@message": message }, status);
  if (retryAfter) response.headers.set("retry-after", String(retryAfter));
  return response;
}

function attributes(status: "ok" | "error", level: Level) {
  return { "@status": status, "@permission_level": level };
}

function tail(p: string, size: string, site: SiteNames, endpoint: string) {
  return { p, size, site: siteOf(site), endpoint };
}

/** What every answer in version 1 JSON says of the site. */
export function siteOf(site: SiteNames) {
  return { domain: site.domain, product_key: "redeem", site_id: "1", site_name: site.name };
}

/** Attributes first, then elements. */
function asRow(item: Record<string, string>, elements: readonly string[]): Record<string, string> {
  const [own, within] = [new Map<string, string>(), new Map<string, string>()];
  for (const [name, value] of Object.entries(item)) {
    if (elements.includes(name)) within.set(name, value);
    else own.set(`@${name}`, value);
  }
  return Object.fromEntries([...own, ...within]);
}

/** v1 knows strings only. */
function strings(data: Data): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      typeof value === "boolean" ? String(Number(value)) : String(value),
    ]),
  );
}

/** But for list flags, which are 0 and 1; one that is not known is empty like any other text. */
function flagsAsNumbers(data: Data): Data {
  const text = strings(data);
  return Object.fromEntries(
    Object.entries(text).map(([name, value]) => [
      name,
      name.endsWith("_p") && value !== "" ? Number(value) : value,
    ]),
  );
}

function keepFields(data: Data, fields: string[] | undefined): Data {
  if (!fields) return data;
  return Object.fromEntries(Object.entries(data).filter(([name]) => fields.includes(name)));
}

/** What XML has a name for: an element's is letters, digits, "_", "-" and ".". No method of ours names anything else. */
function elementsOf(data: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).filter(([name]) => /^(?!xml)[a-z_][\w.-]*$/i.test(name)),
  );
}

type XmlNode = Record<string, string | Record<string, string>[]>;

function xml(response: XmlNode, status = 200): Response {
  const body = Bun.XML.stringify({ response: clean(response) }) ?? "";
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>\n${body}\n`, {
    status,
    headers: { "content-type": "application/xml; charset=utf-8" },
  });
}

/** XML has no way to write most control characters, not even escaped. */
function clean<Node extends XmlNode | Record<string, string>>(node: Node): Node {
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => [
      name,
      typeof value === "string"
        ? value
            .toWellFormed()
            .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "")
        : value.map(clean),
    ]),
  ) as Node;
}

function json(style: Style, status: number, whole: Record<string, unknown>): Response {
  // Inside a page's script element "</script>" would end it, and U+2028 was a line end once.
  const text = JSON.stringify(whole)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
  if (style.callback !== undefined) {
    const guard = style.version === 2 ? "/**/" : "";
    return script(status, `${guard}${style.callback}(${text});`);
  }
  // The bare object too: what is called JSON is parsed by the HTTP clients of v1, and parsed again by the
  // vendor's own library behind them.
  if (style.version === 1) {
    return script(status, style.raw ? text : `var ${style.varname} = ${text}`);
  }
  return new Response(text, {
    status,
    headers: { "content-type": "application/json; charset=utf-8" },
  });
}

function script(status: number, text: string): Response {
  return new Response(text, {
    status,
    headers: {
      "content-type": "text/javascript; charset=utf-8",
      "x-content-type-options": "nosniff",
    },
  });
}
