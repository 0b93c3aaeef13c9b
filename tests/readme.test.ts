import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { selfSigned } from "./support/certificate.ts";
import { png } from "./support/media.ts";
import type { PhotoIds } from "./support/redeem.ts";
import { until } from "./support/remains.ts";
import { startServer, type TestServer } from "./support/server.ts";
import { API_KEY } from "./support/site.ts";

/** Issue 8, 3.13: what people copy out of the README, given to the programs that it is for. */

const readme = await Bun.file(join(import.meta.dir, "../README.md")).text();
const blocks = (language: string, text = readme) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(
    ([, block]) => block ?? "",
  );

/** System programs lie where people's PATH does not look. */
const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin`;
const nginx = Bun.which("nginx", { PATH });
const systemdAnalyze = Bun.which("systemd-analyze", { PATH });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-readme-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(...command: string[]): Promise<{ code: number; said: string }> {
  const child = Bun.spawn(command, { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, said: out + err };
}

function freePort(): number {
  const server = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data: () => undefined } });
  const { port } = server;
  server.stop(true);
  return port;
}

test("the commands from the first token to the last photo work as they stand, one after the other", async () => {
  const redeem = await startServer();
  try {
    await Bun.write(join(folder, "photo.jpg"), png(500));
    const start = readme.indexOf("**1. The backend asks for an upload token.**");
    const commands = blocks("sh", readme.slice(start, readme.indexOf("\n## Settings\n")))
      .filter((text) => !text.includes("redeem serve"))
      .join("")
      .replaceAll("http://localhost:2323", redeem.url);
    // Whatever fails ends it: `set -e`, and curl where the answer is no 2xx.
    const script = `set -e; cd ${folder}; KEY=${API_KEY}; export REDEEM_DATA=${redeem.folder}
redeem() { ${process.execPath} ${join(import.meta.dir, "../src/main.ts")} "$@"; }
curl() { command curl -sS --fail-with-body "$@"; }
${commands}`;
    const { code, said } = await run("sh", "-c", script);
    expect(said).not.toContain('"status":"error"');
    expect({ code, said }).toMatchObject({ code: 0 });
    // The list, the album, what is in it, and what the search finds.
    expect(said.match(/"total_count":1,/g)).toHaveLength(4);
    expect(said).toContain("The photo was successfully replaced");
  } finally {
    await redeem.stop();
  }
});

/** Skipped where there is no nginx. */
describe.skipIf(nginx === null)("the nginx snippets", () => {
  const [server = "", location = ""] = blocks("nginx");
  let redeem: TestServer | undefined;
  let proxy: Bun.Subprocess<"ignore", "ignore", "pipe"> | undefined;

  afterAll(async () => {
    // Not SIGKILL: its workers would stay.
    proxy?.kill("SIGTERM");
    await proxy?.exited;
    await redeem?.stop();
  });

  /** Both servers, with the snippet's own words but for what every reader puts in its place. */
  async function start(port: number, target: number): Promise<void> {
    const { cert, key } = selfSigned();
    await mkdir(join(folder, "bodies"));
    await Bun.write(join(folder, "cert.pem"), cert);
    await Bun.write(join(folder, "key.pem"), key);
    const listening = server
      .replace("listen 443 ssl;", `listen 127.0.0.1:${port} ssl;`)
      .replace("/etc/ssl/upload.example.com.pem", join(folder, "cert.pem"))
      .replace("/etc/ssl/private/upload.example.com.key", join(folder, "key.pem"));
    const both = `${listening.trimEnd().replace(/\}$/, "")}${location}}`;
    const config = `
      ${process.getuid?.() === 0 ? "user root;" : ""}
      daemon off;
      pid ${folder}/nginx.pid;
      error_log stderr notice;
      events {}
      http {
        access_log off;
        client_body_temp_path ${folder}/bodies/client;
        proxy_temp_path ${folder}/bodies/proxy;
        fastcgi_temp_path ${folder}/bodies/fastcgi;
        uwsgi_temp_path ${folder}/bodies/uwsgi;
        scgi_temp_path ${folder}/bodies/scgi;
        ${both.replaceAll("127.0.0.1:2323", `127.0.0.1:${target}`)}
      }`;
    const file = join(folder, "nginx.conf");
    await Bun.write(file, config);
    expect(config).toContain(`127.0.0.1:${target}/;`);
    const tested = await run(nginx ?? "", "-t", "-e", "stderr", "-c", file);
    expect(tested.said).toContain("test is successful");
    expect(tested.code).toBe(0);
    const child = Bun.spawn([nginx ?? "", "-e", "stderr", "-c", file], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    proxy = child;
    const decoder = new TextDecoder();
    let said = "";
    for await (const piece of child.stderr.values({ preventCancel: true })) {
      said += decoder.decode(piece, { stream: true });
      if (said.includes("start worker process ")) return;
    }
    throw new Error(`nginx did not start: ${said}`);
  }

  test("pass nginx -t, and carry uploads, with a path and without", async () => {
    const port = freePort();
    const address = `https://127.0.0.1:${port}`;
    const running = await startServer({
      env: { REDEEM_PUBLIC_URL: `${address}/upload`, REDEEM_TRUST_PROXY: "1" },
    });
    redeem = running;
    await start(port, running.port);
    const tls = { rejectUnauthorized: false };
    for (const base of [address, `${address}/upload`]) {
      // As somebody would who wants another address in the log.
      const forged = { "x-forwarded-for": "203.0.113.66" };
      const headers = { authorization: `Bearer ${API_KEY}`, ...forged };
      const granted = await fetch(`${base}/api/2/photo/get-upload-token`, { headers, tls });
      const { data } = (await granted.json()) as {
        data: { upload_token: string; upload_url: string };
      };
      expect((await fetch(data.upload_url, { tls })).status).toBe(200);
      // More than nginx takes unless it is told.
      const file = png(3_000_000);
      const form = new FormData();
      form.append("upload_token", data.upload_token);
      form.append("file", new Blob([file]), "a.png");
      const sent = await fetch(`${base}/api/2/photo/redeem-upload-token`, {
        method: "POST",
        body: form,
        tls,
      });
      const photo = (await sent.json()) as PhotoIds;
      const path = `${photo.tree_id}/${photo.photo_id}/${photo.token}/original`;
      const original = await fetch(`${base}/${path}`, { tls });
      expect(Buffer.from(await original.arrayBuffer()).equals(file)).toBe(true);
    }
    // nginx has appended the client to what the client itself had written.
    await until("its line", () => running.log().includes('"client":"127.0.0.1"'));
    expect(running.log()).not.toContain("203.0.113.66");
  });
});

/** Skipped where there is no systemd. What is measured is the file: nothing is started. */
describe.skipIf(systemdAnalyze === null)("the systemd unit", () => {
  const [unit = ""] = blocks("ini");

  test("is understood, and is exposed less than 3 of 10", async () => {
    const file = join(folder, "redeem.service");
    // The program itself need not be there.
    await Bun.write(file, unit.replace(/^ExecStart=\S+/m, "ExecStart=/bin/true"));
    expect(await run(systemdAnalyze ?? "", "verify", "--man=no", file)).toEqual({
      code: 0,
      said: "",
    });
    const { said } = await run(
      systemdAnalyze ?? "",
      "security",
      "--offline=true",
      "--no-pager",
      file,
    );
    const [, level] = /exposure level for redeem\.service: (\d+\.\d)/.exec(said) ?? [];
    expect(Number(level)).toBeLessThan(3);
    // As the README says.
    expect(readme).toContain(`says ${level} of 10`);
  });
});
