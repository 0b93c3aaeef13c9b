import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { addKey } from "../../src/api-keys.ts";
import { methodPath, versionsOf } from "../../src/http/define-method.ts";
import { METHODS } from "../../src/http/methods.ts";
import { openData } from "../../src/data-folder.ts";
import { pieces } from "../support/chunks.ts";
import { OLD, pieceForm, planOf, wholeForm } from "../support/replacing.ts";
import { oauthHeader, oauthParameters, type Signing } from "../support/oauth.ts";
import { startServer, type TestServer } from "../support/server.ts";

const PUBLIC_URL = "https://photos.example";

let folder: string;
let signing: Signing;
let server: TestServer | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "redeem-oauth-"));
  const { records, secret } = await openData(folder);
  const { key } = await addKey(records, "write", "oauth");
  await records.close();
  const id = String(key.id);
  signing = { key: id, token: id, ...secret.oauth(key.id) };
});
afterEach(() => server?.stop());

/** Signed for the public address, since each process has a port of its own. */
const start = async () => {
  server = await startServer({ folder, env: { REDEEM_PUBLIC_URL: PUBLIC_URL } });
  return server;
};

type Signed = {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: () => BodyInit;
};

/** The code that a request is refused with; undefined where it is not. */
async function refusal(
  running: TestServer,
  { path, body, ...request }: Signed,
): Promise<string | undefined> {
  const answer = await fetch(`http://127.0.0.1:${running.port}${path}`, {
    ...request,
    ...(body && { body: body() }),
    keepalive: false,
  });
  const text = await answer.text();
  if (/The OAuth signature is not valid: the nonce was used before/.test(text)) return "replayed";
  return /invalid_signature/.exec(text)?.[0];
}

/** Taken by the first process, refused by it a second time, and by the next process, which takes a new one. */
async function isTakenOnce(requests: () => Signed[]): Promise<void> {
  const first = await start();
  const old = requests();
  for (const request of old)
    expect([request.path, await refusal(first, request)]).toEqual([request.path, undefined]);
  for (const request of old)
    expect([request.path, await refusal(first, request)]).toEqual([request.path, "replayed"]);
  await first.kill("SIGKILL");
  const second = await start();
  for (const request of old)
    expect([request.path, await refusal(second, request)]).toEqual([request.path, "replayed"]);
  for (const request of requests()) {
    expect([request.path, await refusal(second, request)]).toEqual([request.path, undefined]);
  }
}

/** A request with its signature in the header. */
const byHeader = (method: string, path: string, body: () => BodyInit): Signed => ({
  path,
  method,
  body,
  headers: { authorization: oauthHeader({ method, url: PUBLIC_URL + path }, signing) },
});

// On 502525b nonces were kept in memory only.
describe("a signed request is not taken again by the next process", () => {
  test("of any declared method, whatever it answers", async () => {
    await isTakenOnce(() =>
      METHODS.flatMap((method) =>
        versionsOf(method).map((version) => {
          const path = `${methodPath(method.path, version)}?format=json&raw=1`;
          const authorization = oauthHeader({ method: "GET", url: PUBLIC_URL + path }, signing);
          return { path, headers: { authorization } };
        }),
      ),
    );
  });

  const plan = planOf(OLD);
  const [chunk] = pieces(plan);
  if (!chunk) throw new Error("a chunk");

  test.each(["upload", "replace"])(
    "of %s: a whole file, a chunk, octets, a question",
    async (name) => {
      const fields = name === "replace" ? { photo_id: 1 } : {};
      const byQuery = (
        method: string,
        query: Record<string, string>,
        body?: () => BodyInit,
      ): Signed => {
        const path = `/api/2/photo/${name}`;
        const said = new URLSearchParams(query);
        const url = `${PUBLIC_URL}${path}?${said}`;
        const all = new URLSearchParams({ ...query, ...oauthParameters({ method, url }, signing) });
        const request = { path: `${path}?${all}`, method };
        return body ? { ...request, body, headers: { "content-type": "image/png" } } : request;
      };
      const named = Object.fromEntries(
        Object.entries(fields).map(([key, value]) => [key, String(value)]),
      );
      const question = {
        ...named,
        resumableChunkNumber: "1",
        resumableChunkSize: "1000",
        resumableTotalSize: "3000",
        resumableIdentifier: "other",
      };
      // One whole file first, so that there is a photo to be replaced.
      await isTakenOnce(() => [
        ...(name === "replace"
          ? [byHeader("POST", "/api/2/photo/upload", () => wholeForm({}))]
          : []),
        byHeader("POST", `/api/photo/${name}`, () => wholeForm(fields)),
        byHeader("POST", `/api/2/photo/${name}`, () => wholeForm(fields)),
        byHeader("POST", `/api/2/photo/${name}`, () => pieceForm(fields, plan, chunk, OLD)),
        byQuery("PUT", named, () => OLD),
        byQuery("GET", question),
      ]);
    },
  );
});
