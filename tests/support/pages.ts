import { join } from "node:path";

export type PageServer = {
  url: string;
  /** Requests for a return address, in order. */
  returned: { method: string; url: URL; body: string }[];
  stop(): Promise<void>;
};

const MODULES = join(import.meta.dir, "../../node_modules");

const SCRIPTS: Record<string, string> = {
  "/1.1.0/resumable.js": join(MODULES, "resumablejs/resumable.js"),
  "/1.0.2/resumable.js": join(MODULES, "resumablejs-1.0.2/resumable.js"),
  "/flow.js": join(MODULES, "@flowjs/flow.js/dist/flow.js"),
  "/dropzone.js": join(MODULES, "dropzone/dist/dropzone-min.js"),
  "/jquery.js": join(MODULES, "jquery/dist/jquery.js"),
  "/jquery.ui.widget.js": join(MODULES, "blueimp-file-upload/js/vendor/jquery.ui.widget.js"),
  "/jquery.fileupload.js": join(MODULES, "blueimp-file-upload/js/jquery.fileupload.js"),
};

/**
 * Somebody's site, on an origin of its own: pages that load Resumable.js (`?resumable=VERSION`) or
 * other uploaders (`?script=NAME`, in this order), pages with a form, and the address that the outcome
 * comes back to, which other origins may read.
 */
export function startPages(forms: Record<string, string> = {}): PageServer {
  const returned: PageServer["returned"] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const url = new URL(request.url);
      const script = SCRIPTS[url.pathname];
      if (script) return new Response(Bun.file(script));
      if (url.pathname === "/back") {
        // Before a redirect is followed the browser asks whether it may.
        if (request.method !== "OPTIONS") {
          returned.push({ method: request.method, url, body: await request.text() });
        }
        const headers = {
          "access-control-allow-origin": request.headers.get("origin") ?? "*",
          "access-control-allow-credentials": "true",
          "access-control-allow-headers": "*",
          "content-type": "text/html",
        };
        return new Response("<h1>Welcome back</h1>", { headers });
      }
      const version = url.searchParams.get("resumable");
      const names = url.searchParams.getAll("script");
      if (version) names.push(`${version}/resumable`);
      const scripts = names.map((name) => `<script src="/${name}.js"></script>`).join("");
      const body = forms[url.pathname] ?? scripts;
      return new Response(`<!doctype html><link rel="icon" href="data:,">${body}`, {
        headers: { "content-type": "text/html; charset=utf-8" },
      });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    returned,
    stop: async () => void (await server.stop(true)),
  };
}
