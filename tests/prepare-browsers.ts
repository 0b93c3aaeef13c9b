import chromium from "@sparticuz/chromium";
import { findFirefox } from "./support/firefox.ts";

/**
 * Unpacks the browsers of the tests. `bun run test` does it first: its test processes, which run beside each other, would else
 * unpack the same Chromium into the same file.
 */
await chromium.executablePath();
// Why there is none is said by the tests that are left out for it.
await findFirefox().catch(() => undefined);
