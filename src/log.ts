import { configure, getLogger, type LogRecord } from "@logtape/logtape";

/** The server's log: one line an event, on standard error. It never holds a token or a key. */
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
    ...record.properties,
  });
}

function textLine(record: LogRecord): string {
  const time = new Date(record.timestamp).toISOString().slice(11, 19);
  const level = record.level === "info" ? "" : `${record.level.toUpperCase()} `;
  const details = Object.entries(record.properties)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${plain(value)}`)
    .join(" ");
  return `${time} ${level}${message(record)} ${details}`.trimEnd();
}

function plain(value: unknown): string {
  const text = String(value);
  return /^[\x21-\x7e]+$/.test(text) ? text : JSON.stringify(text);
}
