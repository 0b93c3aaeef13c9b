import { CLOSED } from "../web/docs-page.ts";
import type { Version } from "./envelope.ts";

/** The headings that methods stand under. */
const TOPICS = {
  tokens: ["Upload tokens", "What your backend asks for, and hands to a browser."],
  sending: ["Sending files", "What the browser does with an upload token."],
  photos: ["Photos and videos", "What came of it."],
  albums: ["Albums and tags", "What photos are found by."],
  site: ["Site", "For those who write a client, or run a server."],
} as const;

export type Topic = keyof typeof TOPICS;

/** Version 1 has headings of its own, behind all others, which /docs shows closed. */
export function tagOf(topic: Topic, version: Version): string {
  const [name] = TOPICS[topic];
  return version === 1 ? name + CLOSED : name;
}

export const PAGES = "Pages and files";

const topics = Object.keys(TOPICS) as Topic[];
const named = (version: Version) => topics.map((topic) => tagOf(topic, version));

export const tags = [
  ...topics.map((topic) => ({ name: tagOf(topic, 2), description: TOPICS[topic][1] })),
  { name: PAGES, description: "What people open in a browser." },
  ...topics.map((topic) => ({
    name: tagOf(topic, 1),
    description: "The same methods for older clients: XML, or JSON with `format=json`.",
  })),
];

/** For readers that know groups of tags; OpenAPI itself has none. */
export const tagGroups = [
  { name: "Version 2 (JSON)", tags: [...named(2), PAGES] },
  { name: "Version 1 (XML)", tags: named(1) },
];
