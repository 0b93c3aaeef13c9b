import { readConfig } from "../../../src/config.ts";
import { createApp } from "../../../src/http/app.ts";
import { startLog } from "../../../src/log.ts";
import { startSite } from "../../../src/site.ts";

/**
 * Redeem with or without its bounds of requests under way: `gets.ts bounded` or `gets.ts unbounded`. It greets as
 * Redeem itself does, and is started as that is (start-redeem.ts).
 */
const config = readConfig(process.env);
await startLog(config.REDEEM_LOG, false);
const site = await startSite(config);
const app = process.argv[2] === "unbounded" ? createApp(site, null) : createApp(site);
app.listen({ hostname: config.REDEEM_HOST, port: config.REDEEM_PORT });
const port = app.server?.port;
console.log(
  `Redeem is ready at http://${config.REDEEM_HOST}:${port} (listening on ${config.REDEEM_HOST}:${port})`,
);
console.log(`  Data folder    ${config.REDEEM_DATA}`);
