import { setServers } from "node:dns";

/**
 * Preloaded into the program, for a test that needs another moment or another network than this machine
 * has. CLOCK_OFFSET: how far the wall clock is ahead, in milliseconds; the clock that only goes on is
 * left alone. DNS_SERVER: who is asked for names, as address:port.
 */
const offset = Number(process.env["CLOCK_OFFSET"] ?? 0);
const realNow = Date.now;
Date.now = () => realNow() + offset;

const dns = process.env["DNS_SERVER"];
if (dns) setServers([dns]);
