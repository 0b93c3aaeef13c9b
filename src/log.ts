import { configure, getLogger, type LogRecord } from "@logtape/logtape";

/**
 * The server's log: one line an event, on standard error. It never holds a token, a key or an address with one
 * in it: nobody may write one, and what looks like one is left out of the line should that happen.
 */
export const log = getLogger("redeem");

/**
 * @param form text for people, json for programs; auto is text on a terminal
 */
export async function startLog(form: "auto" | "text" | "json", terminal: boolean): Promise<void> {
  const json = form === "json" || (form === "auto" && !terminal);
  const format = json ? jsonLine : textLine;
  await configure({
    reset: true,
    sinks: {
      stderr: (record: LogRecord) => void process.stderr.write(`${format(record)}\n`),
    },
    loggers: [
      { category: "redeem", sinks: ["stderr"], lowestLevel: "info" },
      { category: ["logtape", "meta"], sinks: ["stderr"], lowestLevel: "warning" },
    ],
  });
}

function message(record: LogRecord): string {
  return record.message
    .map(String)
    .join("")
    .replace(/\s*[\r\n]+\s*/g, " | ");
}

function jsonLine(record: LogRecord): string {
  return JSON.stringify({
    time: new Date(record.timestamp).toISOString(),
    level: record.level,
    event: message(record),
    ...Object.fromEntries(propertiesOf(record)),
  });
}

function textLine(record: LogRecord): string {
  const time = new Date(record.timestamp).toISOString().slice(11, 19);
  const level = record.level === "info" ? "" : `${record.level.toUpperCase()} `;
  const details = propertiesOf(record)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${plain(value)}`)
    .join(" ");
  return `${time} ${level}${message(record)} ${details}`.trimEnd();
}

/** Texts of the system and of libraries are among them. */
function propertiesOf(record: LogRecord): [string, unknown][] {
  return Object.entries(record.properties).map(([name, value]) => [
    name,
    typeof value === "string" ? withoutSecrets(value) : value,
  ]);
}

/** Upload tokens and photos' have 32 letters and digits or more, our other names fewer. */
function withoutSecrets(text: string): string {
  return text.replace(/https?:\/\/[^\s"']+/g, "(address)").replace(/[0-9A-Za-z]{32,}/g, "(secret)");
}

function plain(value: unknown): string {
  const text = String(value);
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  // No text is a command to the terminal, or a line of its own.
  return JSON.stringify(text).replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, "\ufffd");
}
