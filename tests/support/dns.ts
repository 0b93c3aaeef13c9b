import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";

export type Question = { name: string; type: "A" | "AAAA" | number };

export type DnsServer = {
  /** As dns.setServers takes it. */
  address: string;
  asked: Question[];
  /** Resolves when this many different names have been asked for. */
  askedFor(count: number): Promise<void>;
  stop(): Promise<void>;
};

/** Of RFC 1035, 4.1.1: an answer to a query, recursion was there for it; no error, and no such name. */
const ANSWER = 0x8180;
const NO_SUCH_NAME = 0x8183;

/**
 * A DNS server on the loopback interface, which answers with these addresses, of the kind that is asked for,
 * and allows nobody to keep them (a time to live of 0). Undefined: it says nothing at all.
 */
export async function startDns(
  answer: (question: Question, count: number) => string[] | undefined,
): Promise<DnsServer> {
  const asked: Question[] = [];
  let waiting: (() => void)[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (message, { port, address }) => {
    const { name, type, end } = readQuestion(message);
    const question = { name, type: type === 1 ? "A" : type === 28 ? "AAAA" : type } as Question;
    asked.push(question);
    for (const wake of waiting) wake();
    waiting = [];
    const addresses = answer(question, asked.length);
    if (!addresses) return;
    const wanted = addresses.filter((found) => isIPv6(found) === (type === 28));
    const head = Buffer.alloc(12);
    message.copy(head, 0, 0, 2);
    head.writeUInt16BE(wanted.length > 0 ? ANSWER : NO_SUCH_NAME, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(wanted.length, 6);
    // The zone's SOA says how long c-ares may keep this; what has no error, and no address, it keeps an hour.
    head.writeUInt16BE(wanted.length === 0 ? 1 : 0, 8);
    const records = wanted.length === 0 ? [soa()] : wanted.map((found) => addressOf(found, type));
    socket.send(Buffer.concat([head, message.subarray(12, end), ...records]), port, address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    askedFor: async (count) => {
      while (new Set(asked.map(({ name }) => name)).size < count) {
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
        });
      }
    },
    stop: async () => {
      socket.close();
      await once(socket, "close");
    },
  };
}

function readQuestion(message: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return {
    name: labels.join(".").toLowerCase(),
    type: message.readUInt16BE(at + 1),
    end: at + 5,
  };
}

function addressOf(address: string, type: number): Buffer {
  return recordOf(type, Buffer.from(ipaddr.parse(address).toByteArray()));
}

/** Start of authority (type 6), of nobody's and with all its times 0. */
function soa(): Buffer {
  return recordOf(6, Buffer.alloc(2 + 5 * 4));
}

/** The name as a pointer to the question's, the class IN, and a time to live of 0. */
function recordOf(type: number, content: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(content.length, 10);
  return Buffer.concat([head, content]);
}
