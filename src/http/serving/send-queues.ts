import ipaddr from "ipaddr.js";

/** Bytes that were handed to the system for each connection and that its reader has not taken yet, by `connectionKey`. */
export type SendQueues = ReadonlyMap<string, number>;

const FILES = ["/proc/net/tcp", "/proc/net/tcp6"];

/** An IPv4 address as an IPv6 socket has it. */
const MAPPED = "0000000000000000FFFF0000";

/**
 * Asks the system how much each connection of a port has still to take. A reader that takes anything moves this figure; Bun does not
 * tell how far it has come.
 * @returns undefined where the system does not say: anywhere but on Linux
 */
export async function readSendQueues(port: number): Promise<SendQueues | undefined> {
  const local = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const queues = new Map<string, number>();
  const decoder = new TextDecoder();
  try {
    for (const file of FILES) {
      let rest = "";
      // In pieces: a machine may have very many connections, and others wait meanwhile.
      for await (const piece of Bun.file(file).stream()) {
        const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          const [, own = "", peer = "", , queue = ""] = line.trim().split(/\s+/, 5);
          if (!own.endsWith(local)) continue;
          const key = peer.startsWith(MAPPED) ? peer.slice(MAPPED.length) : peer;
          queues.set(key, Number.parseInt(queue, 16));
        }
      }
    }
    return queues;
  } catch {
    return undefined;
  }
}

/** A peer's address and port as the system writes them: each word of the address from its last byte to its first. */
export function connectionKey({ address, port }: { address: string; port: number }): string {
  const bytes = ipaddr.process(address).toByteArray();
  let words = "";
  for (let at = 0; at < bytes.length; at += 4) {
    words += Buffer.from(bytes.slice(at, at + 4).toReversed()).toString("hex");
  }
  return `${words}:${port.toString(16).padStart(4, "0")}`.toUpperCase();
}
