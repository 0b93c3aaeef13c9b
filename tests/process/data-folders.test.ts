import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import {
  askList,
  askPieceOf,
  BACKEND,
  callSigned,
  callWith,
  dataFolders,
  piecesOf,
  runProgram,
  sendPieceOf,
  signedBy,
  startProgram,
  unpackDataFolder,
  type DataFolder,
  type ProgramOptions,
  type UnfinishedUpload,
} from "../support/data-folder.ts";
import { rowsOf } from "../support/database.ts";
import { disagreements, filesIn } from "../support/archive.ts";
import { startDns, type DnsServer } from "../support/dns.ts";
import { png, textFile } from "../support/media.ts";
import { sha256 } from "../support/over-http.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { fileForm, photoIn, redeemPath, type PhotoIds } from "../support/redeem.ts";
import { expectSoon, until } from "../support/remains.ts";
import { API_KEY } from "../support/site.ts";
import type { TestServer } from "../support/server.ts";

/**
 * Issue 8, 1.6: data folders that earlier programs have made (tests/data-folders) lose nothing. Each is opened
 * ten minutes after its program ended, by that program's clock, and under another boot of the machine.
 */

const LATER_MS = 10 * 60_000;

const MAIN = join(import.meta.dir, "../../src/main.ts");

/** Titles of the tokens that have background callbacks, and of which something was still to come. */
const TOLD = new Set(["one of two", "complete", "refused"]);

/** An address of this machine that no other test listens on, where the system has more than one. */
function ownAddress(): string {
  if (process.platform !== "linux") return "127.0.0.1";
  const [high = 0, middle = 0, low = 0] = crypto.getRandomValues(new Uint8Array(3));
  return `127.${high}.${middle}.${(low % 254) + 1}`;
}

describe.each(dataFolders().map((path) => [basename(dirname(path)), basename(path), path]))(
  "a folder of %s that was %s",
  (_commit, _ended, path) => {
    let made: DataFolder;
    let program: ProgramOptions;
    let server: TestServer;
    let receiver: Receiver;
    let dns: DnsServer;
    /** `redeem token list` as it was after the start. */
    let listed: string;

    beforeAll(async () => {
      const folder = await mkdtemp(join(tmpdir(), "redeem-data-folder-"));
      made = await unpackDataFolder(path, folder);
      const address = ownAddress();
      receiver = startReceiver(undefined, { hostname: address, port: BACKEND.port });
      dns = await startDns(() => [address]);
      const ahead = made.madeAt + LATER_MS - Date.now();
      program = { main: MAIN, folder, ahead, dns: dns.address };
      server = await startProgram(program);
      listed = runProgram(program, ["token", "list"]);
    });
    afterAll(async () => {
      await server.kill("SIGKILL");
      await rm(program.folder, { recursive: true, force: true });
      await Promise.all([receiver.stop(), dns.stop()]);
    });

    const secretOf = (title: string) => {
      const token = made.tokens.find((known) => known.title === title);
      if (!token) throw new Error(`there is no token ${title}`);
      return token.token;
    };
    const original = async ({ tree_id, photo_id, token }: PhotoIds) => {
      const answer = await fetch(`${server.url}/${tree_id}/${photo_id}/${token}/original`);
      return answer.ok ? (await answer.bytes()).toBase64() : answer.status;
    };
    const countOf = async (title: string) => {
      const query = `include_unpublished_p=1&upload_token=${secretOf(title)}`;
      const answer = await callWith(API_KEY, `${server.url}/api/2/photo/list?${query}`);
      return ((await answer.json()) as { total_count: number }).total_count;
    };
    const sendWhole = (title: string, bytes: Uint8Array<ArrayBuffer>) =>
      fetch(server.url + redeemPath(), {
        method: "POST",
        body: fileForm(secretOf(title), bytes),
        redirect: "manual",
      });

    const call = (method: string, query: string) =>
      callWith(API_KEY, `${server.url}/api/2/photo/${method}?${query}`);

    test("has all its photos, byte for byte, and what is said of them", async () => {
      expect(made.photos.length).toBeGreaterThan(3);
      for (const photo of made.photos) {
        expect({ of: photo.of, bytes: await original(photo) }).toEqual({
          of: photo.of,
          bytes: photo.bytes,
        });
        expect(await askList(server.url, photo)).toMatchObject({
          ...photo.said,
          photo_id: photo.photo_id,
          tree_id: photo.tree_id,
          token: photo.token,
        });
        if (!photo.plan) continue;
        const asked = { family: "Resumable.js" as const, plan: photo.plan };
        const { photo_id, tree_id, token } = photo;
        const again = await outcomeOf(await askPieceOf(server.url, asked, secretOf(photo.of), 1));
        expect(again).toEqual({ photo_id, tree_id, token });
      }
    });

    test("gets the hashes of its photos behind the start, and nothing in it is wrong", async () => {
      for (const photo of made.photos) {
        await until(`photo ${photo.photo_id} is hashed`, async () => {
          const asked = `select sha256 from originals where photo_id = ${photo.photo_id}`;
          const [row] = rowsOf<{ sha256: string | null }>({ folder: program.folder }, asked);
          return row?.sha256 === sha256(Buffer.from(photo.bytes, "base64"));
        });
      }
      const report = JSON.parse(runProgram(program, ["verify", "--json"])) as object;
      expect(report).toMatchObject({ missing: 0, damaged: 0, leftOver: 0, findings: [] });
    });

    test("knows its keys, and takes no signed request again", async () => {
      for (const { secret, level, revoked } of made.keys) {
        const address = `${server.url}/api/2/photo/list?include_unpublished_p=1`;
        const answer = (await (await callWith(secret, address)).json()) as Record<string, unknown>;
        expect(answer).toMatchObject(
          revoked ? { status: "error" } : { status: "ok", permission_level: level },
        );
      }
      const [writer] = made.keys;
      const fresh = signedBy(writer, made.madeAt + LATER_MS);
      expect((await callSigned(server.url, fresh)).status).toBe(200);
      if (made.signedOnce === null) return;
      const again = await callSigned(server.url, made.signedOnce);
      expect(await again.text()).toContain("the nonce was used before");
    });

    test("knows the state of each token", async () => {
      expect(runProgram(program, ["secret"]).trim()).toBe(made.callbackSecret);
      const finished = new Set(made.complete.map(({ of }) => of));
      for (const { title, consumed, maxUploads, state } of made.tokens) {
        const line = listed.split("\n").find((row) => new RegExp(`^\\d+ +${title}  `).test(row));
        const [used, said] = finished.has(title) ? [consumed + 1, "used up"] : [consumed, state];
        expect(line).toContain(` ${used}/${maxUploads} `);
        expect(line?.trimEnd()).toEndWith(` ${said}`);
      }
      const refusals = [
        ["revoked", "The upload token is invalid."],
        ["expired, unused", "The upload token has expired."],
        ["whole", "The upload token has already been used."],
      ] as const;
      for (const [title, words] of refusals) {
        const answer = await sendWhole(title, png());
        expect([answer.status, (await answer.text()).trim()]).toEqual([404, words]);
      }
      // Its limits are kept, and its use.
      expect((await sendWhole("open", png(5001))).status).toBe(413);
      expect((await sendWhole("open", textFile())).status).toBe(415);
      expect(await original(await photoIn(await sendWhole("open", png(200, 5))))).toBe(
        png(200, 5).toBase64(),
      );
      expect((await sendWhole("open", png())).status).toBe(404);
    });

    test("has made photos of what was all there, with nothing sent again", async () => {
      for (const upload of made.complete) {
        const asked = await askPieceOf(server.url, upload, secretOf(upload.of), 1);
        expect(await original(await outcomeOf(asked))).toBe(upload.bytes);
        expect(await countOf(upload.of)).toBe(1);
      }
    });

    test("goes on with unfinished uploads: what was on the disk is not asked for again", async () => {
      expect(made.unfinished.length).toBeGreaterThan(1);
      for (const upload of made.unfinished) {
        const before = await countOf(upload.of);
        const missing = piecesOf(upload)
          .map(({ number }) => number)
          .filter((number) => !upload.stored.includes(number));
        // What was not synced may be gone with the boot that it was written under: it is asked for again.
        expect(missing).toEqual(expect.arrayContaining(upload.unsynced));
        // Of these uploaders Resumable.js alone asks what is there.
        if (upload.family === "Resumable.js") {
          expect(await storedOf(upload)).toEqual(upload.stored.toSorted());
        }
        let last: Response | undefined;
        for (const number of missing) {
          last = await sendPieceOf(server.url, upload, secretOf(upload.of), number);
          expect(last.status).toBe(200);
        }
        if (!last) throw new Error("nothing was missing");
        expect(await original(await outcomeOf(last))).toBe(upload.bytes);
        expect(await countOf(upload.of)).toBe(before + 1);
      }
    });

    /** Numbers of the chunks that the server says are there. */
    async function storedOf(upload: UnfinishedUpload): Promise<number[]> {
      const stored: number[] = [];
      for (const { number } of piecesOf(upload)) {
        const { status } = await askPieceOf(server.url, upload, secretOf(upload.of), number);
        expect([200, 204]).toContain(status);
        if (status === 200) stored.push(number);
      }
      return stored;
    }

    test("keeps what failed a failure, and its use free", async () => {
      for (const upload of made.failed) {
        expect((await askPieceOf(server.url, upload, secretOf(upload.of), 1)).status).toBe(204);
        expect(await countOf(upload.of)).toBe(0);
        expect((await sendWhole(upload.of, png())).status).toBe(200);
      }
    });

    test("makes the callbacks that nobody had taken, once each and no other", async () => {
      // And those of what was finished above.
      const told = [...made.unfinished, ...made.complete, ...made.failed].filter(({ of }) =>
        TOLD.has(of),
      );
      const { received } = receiver;
      await until("all are told", () => received.length >= made.pending.length + told.length);
      for (const { method, fields } of made.pending) {
        const same = received.filter((request) => Bun.deepEquals(fieldsOf(request), fields));
        expect(same.map((request) => request.method)).toEqual([method]);
      }
      for (const { of } of told) {
        const ofToken = received
          .map(fieldsOf)
          .filter((fields) => fields["upload_token"] === secretOf(of) && fields["photo_id"]);
        const ids = new Set(ofToken.map((fields) => fields["photo_id"]));
        expect(ofToken).toHaveLength(await countOf(of));
        expect(ids.size).toBe(ofToken.length);
      }
      const whole = received.map(fieldsOf).find(({ note }) => note === "complete");
      expect(whole?.["order"]).toBe(made.ended === "killed" ? "9" : undefined);
      for (const { url, headers, body } of received) {
        const [, at, v1] = /^t=(\d+),v1=(\w+)$/.exec(headers.get("redeem-signature") ?? "") ?? [];
        const address = `http://${BACKEND.name}:${BACKEND.port}${url.pathname}${url.search}`;
        const signed = `${at}.${address}.${body}`;
        expect(createHmac("sha256", made.callbackSecret).update(signed).digest("hex")).toBe(
          v1 ?? "",
        );
      }
      expect(received).toHaveLength(made.pending.length + told.length);
      expect(server.log()).not.toContain("callback failed");
    });

    test("has the thumbnails that no earlier program made", async () => {
      const states = new Set<string>();
      for (const photo of made.photos) {
        const said = await until(
          `thumbnails of ${photo.of}`,
          async () => {
            const now = await askList(server.url, photo);
            return now.thumbnails_state !== "pending" && now;
          },
          45_000,
        );
        states.add(String(said.thumbnails_state));
        const { tree_id, photo_id, token } = photo;
        const answer = await fetch(`${server.url}/${tree_id}/${photo_id}/${token}/small`);
        expect(answer.status).toBe(said.thumbnails_state === "ready" ? 200 : 404);
        await answer.bytes();
      }
      expect(states).toContain("ready");
    });

    test("opens again, has nothing put aside, and all its photos", async () => {
      const count = async () => {
        const address = `${server.url}/api/2/photo/list?include_unpublished_p=1`;
        const answer = await callWith(API_KEY, address);
        return ((await answer.json()) as { total_count: number }).total_count;
      };
      const before = await count();
      await server.kill("SIGTERM");
      expect(server.log()).not.toContain('"level":"error"');
      server = await startProgram(program);
      expect(await count()).toBe(before);
      for (const photo of made.photos) expect(await original(photo)).toBe(photo.bytes);
      const lost = join(program.folder, "lost");
      expect(existsSync(lost) ? readdirSync(lost) : []).toEqual([]);
    });

    // Last of all, since nothing is left of the photos then.
    test("lets its photos be changed, deleted, restored and removed with their bytes", async () => {
      for (const photo of made.photos) {
        const of = `photo_id=${photo.photo_id}`;
        const statuses: number[] = [];
        for (const [method, more] of [
          ["update", "&title=new"],
          ["delete", ""],
          ["restore", ""],
          ["delete", "&permanently=1"],
        ] as const) {
          if (method === "delete") {
            expect(await askList(server.url, photo)).toMatchObject({ ...photo.said, title: "new" });
          }
          statuses.push((await call(method, of + more)).status);
        }
        expect(statuses).toEqual([200, 200, 200, 200]);
      }
      await expectSoon(() => disagreements(server), []);
      const ids = new Set(made.photos.map(({ photo_id }) => String(photo_id)));
      await expectSoon(async () => {
        const files = (await filesIn(server, "photos")).map((file) => file.split("/")[1] ?? "");
        return files.filter((id) => ids.has(id));
      }, []);
    });
  },
);

test("among the folders is an upload of each kind", async () => {
  const all = await Promise.all(
    dataFolders().map(async (path) => (await Bun.file(`${path}.json`).json()) as DataFolder),
  );
  const unfinished = all.flatMap((made) => made.unfinished);
  const families = new Set(unfinished.map(({ family }) => family));
  expect([...families].toSorted()).toEqual(["Dropzone", "Resumable.js", "jQuery File Upload"]);
  expect(unfinished.some(({ unsynced }) => unsynced.length > 0)).toBe(true);
  expect(all.some(({ complete }) => complete.length > 0)).toBe(true);
  expect(all.some(({ signedOnce }) => signedOnce !== null)).toBe(true);
});

function fieldsOf({ url, body }: { url: URL; body: string }): Record<string, string> {
  return Object.fromEntries([...url.searchParams, ...new URLSearchParams(body)]);
}

/** The photo, in either form of a success (protocol 4.3). */
async function outcomeOf(answer: Response): Promise<PhotoIds> {
  const text = await answer.text();
  const [, tree, id, token] = /^ok \S+ (\d+) (\d+) (\w{32}) /.exec(text) ?? [];
  if (token) return { photo_id: Number(id), tree_id: Number(tree), token };
  return photoIn(new Response(text));
}
