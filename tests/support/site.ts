import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../../src/config.ts";
import type { Calls } from "../../src/files/calls.ts";
import { createApp } from "../../src/http/app.ts";
import type { MediaLimits } from "../../src/media/queue.ts";
import { startSite, type Site } from "../../src/site.ts";

export const API_KEY = "test-key-of-level-super";
export const ORIGIN = "http://redeem.test";

export type TestSite = {
  site: Site;
  folder: string;
  /** Calls the app in process, without a socket. */
  call(path: string, init?: RequestInit): Promise<Response>;
  /** The same with the operator's key. */
  callWithKey(path: string, init?: RequestInit): Promise<Response>;
  /** An upload token with these parameters. */
  token(parameters?: Record<string, string | number>): Promise<string>;
  /** So much time passes. */
  advance(ms: number): void;
  /** The wall clock jumps, and no time passes. */
  jump(ms: number): void;
  /** Stops it and starts it again on the same folder. `between` is done while it is stopped. */
  restart(between?: () => void | Promise<void>): Promise<void>;
  stop(): Promise<void>;
};

/** What differs from the machine's own, or from an empty folder. */
export type SiteParts = { calls?: Calls; folder?: string; media?: Partial<MediaLimits> };

/** A whole site in this process: real SQLite, real files, a clock that tests can move. */
export async function startTestSite(
  env: Record<string, string> = {},
  { calls, folder: given, media }: SiteParts = {},
): Promise<TestSite> {
  const folder = given ?? (await mkdtemp(join(tmpdir(), "redeem-test-")));
  const config = readConfig({
    REDEEM_DATA: folder,
    REDEEM_API_KEY: API_KEY,
    REDEEM_PUBLIC_URL: ORIGIN,
    REDEEM_CALLBACK_PRIVATE: "1",
    // Only tests of thumbnails want processes that make them.
    REDEEM_MEDIA_WORKERS: "0",
    ...env,
  });
  let offset = 0;
  const now = () => Date.now() + offset;
  let passed = 0;
  const uptime = () => performance.now() + passed;
  const start = async () => {
    const started = await startSite(config, now, { calls, uptime, media });
    // Nobody else waits for the first sweep.
    await started.sweeper.idle();
    return started;
  };
  let site = await start();
  let app = createApp(site);

  const test: TestSite = {
    site,
    folder,
    call: (path, init) => app.handle(new Request(ORIGIN + path, init)),
    callWithKey: (path, init) => {
      const headers = new Headers(init?.headers);
      headers.set("authorization", `Bearer ${API_KEY}`);
      return test.call(path, { ...init, headers });
    },
    token: async (parameters = {}) => {
      const query = new URLSearchParams(
        Object.entries(parameters).map(([name, value]) => [name, String(value)]),
      );
      const answer = await test.callWithKey(`/api/2/photo/get-upload-token?${query}`);
      const body = (await answer.json()) as { data?: { upload_token: string }; message: string };
      if (!body.data) throw new Error(`no upload token: ${body.message}`);
      return body.data.upload_token;
    },
    advance: (ms) => {
      offset += ms;
      passed += ms;
    },
    jump: (ms) => {
      offset += ms;
    },
    restart: async (between) => {
      await site.stop();
      await between?.();
      site = await start();
      app = createApp(site);
      test.site = site;
    },
    stop: async () => {
      await site.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return test;
}
