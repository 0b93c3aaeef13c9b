/** `bun run check:openapi`: the document that the app serves has no errors and no warnings. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestSite } from "./support/site.ts";

const config = {
  extends: ["recommended-strict"],
  rules: {
    // Version 1 answers errors with status 200, and /health has none.
    "operation-4xx-response": "off",
    "no-invalid-media-type-examples": "error",
    "no-invalid-schema-examples": "error",
    "operation-operationId": "error",
    "operation-description": "error",
    "parameter-description": "error",
    "tag-description": "error",
  },
};

const folder = await mkdtemp(join(tmpdir(), "redeem-openapi-"));
const site = await startTestSite();
try {
  const answer = await site.call("/openapi.json");
  await Bun.write(join(folder, "openapi.json"), await answer.text());
  await Bun.write(join(folder, "redocly.yaml"), JSON.stringify(config));
  const lint = Bun.spawn(
    [
      // Run by Bun, whatever Node there is.
      process.execPath,
      join(import.meta.dir, "../node_modules/.bin/redocly"),
      "lint",
      "openapi.json",
      "--config=redocly.yaml",
      "--format=stylish",
    ],
    {
      cwd: folder,
      // It would report its use and ask for newer versions over the network.
      env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
      stdin: "ignore",
      stdout: "inherit",
      stderr: "inherit",
    },
  );
  process.exitCode = await lint.exited;
} finally {
  await site.stop();
  await rm(folder, { recursive: true, force: true });
}
