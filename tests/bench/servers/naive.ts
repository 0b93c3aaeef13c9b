import { join } from "node:path";
import { Elysia } from "elysia";

/** An upload as most people would write it. */
const folder = process.argv[2] ?? ".";
const app = new Elysia({ serve: { idleTimeout: 0, maxRequestBodySize: 2 ** 40 } })
  .post("/upload", async ({ request }) => {
    const form = await request.formData();
    await Bun.write(join(folder, crypto.randomUUID()), form.get("file") as File);
    return "ok";
  })
  .listen({ hostname: "127.0.0.1", port: 0 });
console.log(app.server?.port);
