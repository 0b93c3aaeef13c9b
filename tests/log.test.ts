import { expect, test } from "bun:test";
import { join } from "node:path";

const LOG = join(import.meta.dir, "../src/log.ts");
const TOKEN = "aB3".repeat(22).slice(0, 64);

/** What a process writes whose log is told the words of a library. */
async function written(form: "text" | "json", error: string): Promise<string> {
  const program = `
    const { log, startLog } = await import(${JSON.stringify(LOG)});
    await startLog(${JSON.stringify(form)}, false);
    log.error("syncing failed", { error: ${JSON.stringify(error)}, upload: 5, none: undefined });`;
  const child = Bun.spawn([process.execPath, "-e", program], { stderr: "pipe", stdin: "ignore" });
  return new Response(child.stderr).text();
}

// Nobody writes a secret there; should a library do it in the words of its error, they are left out.
test.each(["text", "json"] as const)(
  "%s: what looks like a secret in an error's words is left out, and no word is a line",
  async (form) => {
    const error = `cannot read https://user:pw@shop.example/?upload_token=short, nor ${TOKEN}\n\u001b[31m\u009b31m\u202eERROR forged`;
    const line = await written(form, error);
    expect(line.trim().split("\n")).toHaveLength(1);
    for (const hidden of [TOKEN, "short", "pw", "\u001b", "\nERROR"]) {
      expect(line).not.toContain(hidden);
    }
    expect(line).toContain("cannot read (address) nor (secret)");
    if (form === "text") expect(line.trimEnd()).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    else expect(JSON.parse(line)).toMatchObject({ level: "error", upload: 5 });
    expect(line).not.toContain("none");
  },
);
