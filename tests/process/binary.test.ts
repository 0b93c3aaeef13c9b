import { afterAll, beforeAll, expect, test } from "bun:test";
import { copyFile, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chunkForm, pieces, type Plan } from "../support/chunks.ts";
import { mp4 } from "../support/media.ts";
import { jpegWithExif, quarters, quartersOf } from "../support/pictures.ts";
import { until } from "../support/remains.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { over, settled, thumbnailPath, upload } from "../support/thumbnails.ts";

/** The built program, alone in an empty folder. */
const root = join(import.meta.dir, "../..");
let folder: string;
let program: string;
let server: TestServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-binary-"));
  const built = join(folder, "built");
  const build = Bun.spawn([process.execPath, "src/build.ts", "--outfile", built], {
    cwd: root,
    stdout: "ignore",
    stderr: "inherit",
  });
  expect(await build.exited).toBe(0);
  await mkdir(join(folder, "alone"));
  program = join(folder, "alone/redeem");
  await copyFile(built, program);
  // No data folder is named: it makes its own beside itself, as it does for its users.
  server = await startServer({
    command: [program],
    folder: join(folder, "alone/data"),
    cwd: join(folder, "alone"),
  });
}, 60_000);

afterAll(async () => {
  await server?.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

test("takes a file in chunks, and gives it back byte by byte", async () => {
  const file = mp4(2_500_000);
  const plan: Plan = {
    identifier: "film",
    filename: "film.mp4",
    chunkSize: 1_000_000,
    totalSize: file.length,
  };
  const token = await server.token();
  let last: Response | undefined;
  for (const piece of pieces(plan)) {
    last = await fetch(`${server.url}/api/2/photo/redeem-upload-token`, {
      method: "POST",
      body: chunkForm(token, plan, piece, file),
    });
    expect(last.status).toBe(200);
  }
  const photo = (await last?.json()) as { photo_id: number; tree_id: number; token: string };
  const path = `${photo.tree_id}/${photo.photo_id}/${photo.token}/original`;
  const original = await fetch(`${server.url}/${path}`);
  expect(original.headers.get("content-type")).toBe("video/mp4");
  expect(Buffer.from(await original.arrayBuffer()).equals(file)).toBe(true);
});

test("makes thumbnails in processes of its own, which end with it", async () => {
  const own = await startServer({
    command: [program, "serve"],
    cwd: join(folder, "alone"),
    env: { REDEEM_MEDIA_WORKERS: "1", REDEEM_FFMPEG: "off" },
  });
  try {
    const picture = await jpegWithExif(quarters(2400, 1800), 6);
    const photo = await upload(over(own), picture);
    expect(await settled(over(own), photo)).toMatchObject({ large_height: 1600 });
    const answer = await fetch(own.url + thumbnailPath(photo, "small"));
    expect(await quartersOf(await answer.bytes())).toBe("blue red white green");
    const children = `/proc/${own.process.pid}/task/${own.process.pid}/children`;
    const pid = Number((await Bun.file(children).text()).trim());
    expect(pid).toBeGreaterThan(1);
    await own.kill("SIGKILL");
    await until("the end of the media process", async () => {
      const stat = await Bun.file(`/proc/${pid}/stat`)
        .text()
        .catch(() => "gone");
      return stat === "gone" || /\) Z /.test(stat);
    });
  } finally {
    await own.stop();
  }
});

test("has its pages, scripts and documentation inside", async () => {
  const token = await server.token();
  for (const page of [`/upload/${token}`, "/docs"]) {
    const html = await (await fetch(server.url + page)).text();
    const assets = [...html.matchAll(/(?:src|href)="([^"#]+\.(?:js|css))"/g)].map(([, url]) => url);
    expect(assets.length).toBeGreaterThan(1);
    for (const asset of assets) {
      const answer = await fetch(new URL(asset ?? "", server.url + page));
      expect([asset, answer.status]).toEqual([asset, 200]);
      expect((await answer.text()).length).toBeGreaterThan(100);
    }
  }
  const openapi = (await (await fetch(`${server.url}/openapi.json`)).json()) as { openapi: string };
  expect(openapi.openapi).toStartWith("3.1");
});

test("needs nothing beside it, and its commands work while it runs", async () => {
  expect((await readdir(join(folder, "alone"))).sort()).toEqual(["data", "redeem"]);
  const create = Bun.spawn([program, "token", "create", "--title", "From the binary"], {
    cwd: join(folder, "alone"),
    env: {},
    stdout: "pipe",
  });
  const printed = await new Response(create.stdout).text();
  expect(await create.exited).toBe(0);
  const token = /\b[0-9A-Za-z]{64}\b/.exec(printed)?.[0] ?? "";
  const answer = await fetch(`${server.url}/upload/${token}`);
  expect(await answer.text()).toContain("From the binary");
});

// Issue 8, 3.1: of the binary as from source.
test("reads redeem.env of the working folder, and options before it", async () => {
  const elsewhere = join(folder, "elsewhere");
  await mkdir(elsewhere);
  await Bun.write(join(elsewhere, "redeem.env"), "REDEEM_DATA=in-file\n");
  const said = async (...words: string[]) => {
    const list = Bun.spawn([program, "key", "list", ...words], {
      cwd: elsewhere,
      env: {},
      stderr: "pipe",
    });
    return new Response(list.stderr).text();
  };
  expect(await said()).toContain(`There is no data in ${join(elsewhere, "in-file")}.`);
  expect(await said("--data", "option")).toContain(`no data in ${join(elsewhere, "option")}.`);
});
