import { afterAll, afterEach, beforeAll, beforeEach } from "bun:test";
import { startServer, type ServerOptions, type TestServer } from "./server.ts";
import { startTestSite, type TestSite } from "./site.ts";

/**
 * A site for all tests of a file, or of the `describe` that this is called in: started before the first of
 * them, stopped behind the last one.
 * @param env settings
 */
export function siteForAll(env?: Record<string, string>): TestSite {
  const { standIn, start, stop } = lifetimeOf(() => startTestSite(env));
  beforeAll(start);
  afterAll(stop);
  return standIn;
}

/** The same, and each test has one of its own. */
export function siteForEach(env?: Record<string, string>): TestSite {
  const { standIn, start, stop } = lifetimeOf(() => startTestSite(env));
  beforeEach(start);
  afterEach(stop);
  return standIn;
}

/** A server process for all tests of a file, or of a `describe`. */
export function serverForAll(options?: ServerOptions): TestServer {
  const { standIn, start, stop } = lifetimeOf(() => startServer(options));
  beforeAll(start);
  afterAll(stop);
  return standIn;
}

/** `standIn` is the one that was started last, also for whoever got hold of it before. */
function lifetimeOf<Started extends { stop(): Promise<void> }>(begin: () => Promise<Started>) {
  let started: Started | undefined;
  const present = (): Started => {
    if (!started) throw new Error("this is started before the tests: use it in a test or a hook");
    return started;
  };
  return {
    standIn: new Proxy({} as Started, {
      get: (_, name) => Reflect.get(present(), name),
      set: (_, name, value) => Reflect.set(present(), name, value),
    }),
    start: async () => {
      started = await begin();
    },
    stop: async () => {
      await started?.stop();
      started = undefined;
    },
  };
}
