import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The documents that are read beside the code: what they point at must be there. */
const ROOT = join(import.meta.dir, "..");
const DOCUMENTS = [
  "README.md",
  "src/README.md",
  "src/protocol.md",
  "tests/README.md",
  "tests/bench/README.md",
  ".github/CONTRIBUTING.md",
  ".github/CHANGELOG.md",
  ".github/SECURITY.md",
];

const read = (path: string) => Bun.file(join(ROOT, path)).text();
const sources = [...new Bun.Glob("**/*.{ts,tsx}").scanSync(join(ROOT, "src"))];
const tests = [...new Bun.Glob("**/*.{ts,tsx}").scanSync(join(ROOT, "tests"))];

test.each(DOCUMENTS)("every link of %s to a file leads to one", async (document) => {
  const targets = [...(await read(document)).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^https?:/.test(target));
  const dead = targets.filter((target) => !existsSync(join(ROOT, dirname(document), target)));
  expect(dead).toEqual([]);
});

test.each(["src/README.md", "tests/README.md"])("every file that %s names exists", async (map) => {
  const names = new Set([...sources, ...tests].flatMap((path) => [path, basename(path)]));
  const named = [...(await read(map)).matchAll(/`([\w./-]+\.tsx?)`/g)].map(([, name = ""]) => name);
  expect(named.length).toBeGreaterThan(10);
  // Within a room's own sentence a file is named without its folder.
  expect(named.filter((name) => !names.has(name.replace(/^(src|tests)\//, "")))).toEqual([]);
});

test("every room is on the map", async () => {
  const map = await read("src/README.md");
  const rooms = new Set(sources.map((path) => dirname(path)).filter((room) => room !== "."));
  expect([...rooms].filter((room) => !map.includes(`\`${room}/\``))).toEqual([]);
});

/** What each room may import, by the map's table. `as`: the room whose row counts for this one. */
async function readRooms(): Promise<Map<string, { values: string; types: string; as?: string }>> {
  const rows = (await read("src/README.md")).matchAll(/^\| `([\w/-]+)\/` *\|.*\|([^|]*)\|$/gm);
  return new Map(
    [...rows].map(([, room = "", imports = ""]) => {
      const [values = "", types = ""] = imports.split("types of");
      const as = /^ *as `(\w+)`/.exec(imports)?.[1];
      return [room, { values, types, ...(as && { as }) }];
    }),
  );
}

test("a room imports what the map lists for it, and where that says types, types alone", async () => {
  const rooms = await readRooms();
  const roomOf = (path: string) =>
    [dirname(path), dirname(path).split("/")[0] ?? ""].find((room) => rooms.has(room));
  const astray: string[] = [];
  for (const path of sources) {
    const own = roomOf(path);
    const room = (own && rooms.get(own)?.as) ?? own;
    const listed = room && rooms.get(room);
    if (!listed) continue;
    const text = await Bun.file(join(ROOT, "src", path)).text();
    for (const [statement, from = ""] of text.matchAll(
      /^(?:import|export) [^;]*? from "(\.[^"]+)"/gm,
    )) {
      const target = roomOf(join(dirname(path), from));
      if (!target || target === room || rooms.get(target)?.as === room) continue;
      const typesAlone = /^(import|export) (type |\{\s*type [^,}]+(,\s*type [^,}]+)*,?\s*\})/.test(
        statement,
      );
      const allowed = typesAlone ? listed.values + listed.types : listed.values;
      if (!allowed.includes(`\`${target}\``)) astray.push(`${path} -> ${target}`);
    }
  }
  expect(rooms.size).toBeGreaterThan(10);
  expect(astray).toEqual([]);
});

test("Elysia and Drizzle stay in their rooms, as src/README.md says", async () => {
  const astray: string[] = [];
  for (const path of sources) {
    const text = await Bun.file(join(ROOT, "src", path)).text();
    const uses = (name: string) => new RegExp(`from "(${name})["/]`).test(text);
    if (uses("elysia|@elysiajs") && !path.startsWith("http/")) astray.push(path);
    if (uses("drizzle-orm") && !path.startsWith("records/sqlite/")) astray.push(path);
  }
  expect(astray).toEqual([]);
});

test("Mediabunny is in the process that describes videos alone, and only when it does", async () => {
  const uses: string[] = [];
  for (const path of sources) {
    const text = await Bun.file(join(ROOT, "src", path)).text();
    if (/from "(mediabunny|\S*\/streams\.ts)"/.test(text)) uses.push(path);
  }
  // Whatever else needs it has to ask for it with `await import`, as describe.ts does.
  expect(uses).toEqual(["media/readers/streams.ts"]);
});

test("no two exports have one name", async () => {
  const files = new Map<string, string[]>();
  for (const path of sources) {
    const text = await Bun.file(join(ROOT, "src", path)).text();
    const exported = text.matchAll(
      /^export (?:async )?(?:const|let|function\*?|class|type|interface|enum) (\w+)/gm,
    );
    for (const [, name = ""] of exported) files.set(name, [...(files.get(name) ?? []), path]);
  }
  expect(files.size).toBeGreaterThan(300);
  expect([...files].filter(([, paths]) => paths.length > 1)).toEqual([]);
});

test("comments cite the protocol by sections that it has", async () => {
  const sections = new Set(
    [...(await read("src/protocol.md")).matchAll(/^#+ (\d(?:\.\d)?)/gm)].map(
      ([, number]) => number,
    ),
  );
  const wrong: string[] = [];
  for (const path of sources) {
    const text = await Bun.file(join(ROOT, "src", path)).text();
    for (const [cited, number] of text.matchAll(/\(protocol,? (\d(?:\.\d)?)/g)) {
      if (!sections.has(number ?? "")) wrong.push(`${path}: ${cited}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("every component file says whose JSX it is: Bun reads tsconfig.json only where it is started", async () => {
  const components = sources.filter((path) => path.endsWith(".tsx"));
  const texts = await Promise.all(components.map((path) => read(`src/${path}`)));
  const silent = components.filter(
    (_, index) => !texts[index]?.startsWith("/** @jsxImportSource preact */\n"),
  );
  expect(components.length).toBeGreaterThan(5);
  expect(silent).toEqual([]);
});
