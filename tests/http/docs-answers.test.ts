import { beforeAll, expect, test } from "bun:test";
import { chunkFields, chunkForm, pieces, type Plan } from "../support/chunks.ts";
import { png, textFile } from "../support/media.ts";
import { fileForm, formOf } from "../support/redeem.ts";
import {
  NEW,
  OLD,
  oldPhoto,
  pieceForm,
  planOf,
  replaceToken,
  takeAway,
  wholeForm,
} from "../support/replacing.ts";
import { siteForAll } from "../support/lifetime.ts";
import { faults, operationAt, readSpec, type Media, type Spec } from "./spec.ts";

const site = siteForAll();
let spec: Spec;

beforeAll(async () => {
  spec = await readSpec(site);
});

/** The elements and attributes of an XML document, each once. */
const names = (xml: string) =>
  [...new Set(xml.match(/<\w+|\s\w+(?==)/g)?.map((name) => name.trim()))].sort();

/** Elements and attributes without those that only some answers have. */
function needed(xml: string): string[] {
  const schemas = Object.values(spec.components.schemas);
  const required = new Set(schemas.flatMap(({ required: those = [] }) => those));
  const optional = new Set(
    schemas.flatMap(({ properties = {}, required: own = [] }) =>
      Object.keys(properties).flatMap((name) => [
        ...(own.includes(name) ? [] : [`<${name}`]),
        ...(required.has(name) ? [] : [name]),
      ]),
    ),
  );
  return names(xml).filter((name) => !optional.has(name));
}

/** A sentence without what differs from one time to the next: numbers, tokens, what was quoted, addresses. */
const wording = (text: string) =>
  text
    .replace(/https?:\/\/\S+/g, "URL")
    .replace(/"(?:[^"\\]|\\.)*"|\b\w{32}\b|\d+(?:\.\d+)?(?: (?:[KM]iB|[kMG]B|bytes))?/g, "…");

/** The object in a script of version 1 or 2. */
function unwrapped(script: string): unknown {
  const [, object = script] =
    /^var \w+ = ([^]*)$/.exec(script) ?? /^(?:\/\*\*\/)?\w+\(([^]*)\);$/.exec(script) ?? [];
  return JSON.parse(object);
}

/** Holds an answer against everything that the document says of it. */
async function expectDocumented(path: string, method: string, answer: Response): Promise<void> {
  const where = `${method} ${path.replace(/\?.*/, "")} ${answer.status}`;
  const documented = operationAt(spec, path.replace(/\?.*/, ""), method).responses[answer.status];
  if (!documented) throw new Error(`${where} is not documented`);
  for (const name of Object.keys(documented.headers ?? {})) {
    expect(answer.headers.get(name), `${where} ${name}`).toBeTruthy();
  }
  const type = answer.headers.get("content-type")?.split(";")[0];
  if (!type) return expect(documented.content, where).toBeUndefined();
  const media = documented.content?.[type];
  if (!media) throw new Error(`${where} ${type} is not documented`);
  const body = await answer.text();
  const examples = Object.values(media.examples ?? {}).map(({ value }) => value);
  if (type === "application/json") {
    expectObject(media, examples, JSON.parse(body), where);
  } else if (type === "text/javascript") {
    // Of version 2 the schema is that of the object which the function is called with.
    const { schema } = documented.content?.["application/json"] ?? media;
    const objects = examples.map((value) => (typeof value === "string" ? unwrapped(value) : value));
    expectObject({ schema }, objects, unwrapped(body), where);
  } else if (type === "application/xml") {
    // An example is the last page.
    const wanted = needed(body).filter((name) => name !== "next");
    const alike = examples.filter((value) => Bun.deepEquals(needed(String(value)), wanted));
    expect(alike.length, `${where} ${body}`).toBeGreaterThan(0);
    const code = / code="(\w+)"/.exec(body)?.[1];
    expect(alike.map((value) => / code="(\w+)"/.exec(String(value))?.[1])).toContain(code);
  } else if (type === "text/plain") {
    expect(
      examples.map((value) => wording(String(value))),
      where,
    ).toContain(wording(body));
  } else {
    expect(type, where).toBe("text/html");
    expect(body).toContain('<form method="post"');
  }
}

const kind = (value: unknown) => {
  const { status, code } = value as { status: string; code?: string };
  return { status, code };
};

/** It fits the schema, and there is an example of its kind. */
function expectObject({ schema }: Media, examples: unknown[], body: unknown, where: string): void {
  expect(faults(spec, schema, body), where).toEqual([]);
  expect(examples.map(kind), where).toContainEqual(kind(body));
}

const query = (parameters: Record<string, string>) => `?${new URLSearchParams(parameters)}`;

test("what does not fit a schema is found", () => {
  const schema = { type: "object", required: ["a"], properties: { a: { type: "integer" } } };
  expect(faults(spec, schema, { a: 1 })).toEqual([]);
  expect(faults(spec, schema, {})).toEqual(["$.a is missing"]);
  expect(faults(spec, schema, { a: "1" })).toEqual(['$.a: "1" is string, not integer']);
  expect(faults(spec, schema, { a: 1, b: 2 })).toEqual(["$.b is not documented"]);
  expect(faults(spec, { $ref: "#/components/schemas/Error" }, { status: "ok" })).toContain(
    '$.status: "ok" is another constant',
  );
});

test("every example fits its schema", () => {
  let checked = 0;
  for (const operation of Object.values(spec.paths).flatMap((path) => Object.values(path))) {
    for (const { content = {} } of Object.values(operation.responses)) {
      for (const [type, { schema, examples = {} }] of Object.entries(content)) {
        for (const { value } of Object.values(examples)) {
          expect(faults(spec, schema, value), `${operation.operationId} ${type}`).toEqual([]);
          checked += 1;
        }
      }
    }
  }
  expect(checked).toBeGreaterThan(100);
});

test.each(["/api/photo", "/api/2/photo"])(
  "redeeming by %s answers as documented",
  async (prefix) => {
    const redeem = `${prefix}/redeem-upload-token`;
    const post = (body: FormData, more = "") => site.call(redeem + more, { method: "POST", body });
    const whole = async (parameters: Record<string, string | number>, file = png(), more = "") =>
      expectDocumented(
        redeem,
        "post",
        await post(fileForm(await site.token(parameters), file), more),
      );

    await whole({});
    await whole({}, png(), "?format=json");
    await whole({}, png(), "?format=json&raw=1");
    await whole({}, png(), "?callback=show");
    await whole({}, textFile());
    await whole({}, new Uint8Array());
    await whole({ max_size: 100 }, png(1000));
    await whole({ return_url: "https://www.example.com/" });
    await whole({ return_url: "https://www.example.com/" }, textFile());
    await whole({ return_url: "https://www.example.com/", extra: "x".repeat(1500) });
    await whole({ return_url: "https://www.example.com/", background_return_p: 1 });
    await whole({ return_url: "https://www.example.com/", background_return_p: 1 }, textFile());
    await expectDocumented(redeem, "post", await post(fileForm("unknown", png())));
    await expectDocumented(redeem, "post", await post(formOf([["a", "1"]]), "?upload_token=x"));
    const used = await site.token();
    await post(fileForm(used, png()));
    await expectDocumented(redeem, "post", await post(fileForm(used, png())));
    const cut = {
      method: "POST",
      body: '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb',
      headers: { "content-type": "multipart/form-data; boundary=x" },
    };
    await expectDocumented(redeem, "post", await site.call(redeem, cut));
    const elsewhere = await site.token({ origin: "https://www.example.com" });
    const init = {
      method: "POST",
      body: fileForm(elsewhere, png()),
      headers: { origin: "https://other.example" },
    };
    await expectDocumented(redeem, "post", await site.call(redeem, init));
  },
);

test.each(["/api/photo", "/api/2/photo"])(
  "chunks by %s are answered as documented",
  async (prefix) => {
    const redeem = `${prefix}/redeem-upload-token`;
    const plan: Plan = { identifier: "f", filename: "f.png", chunkSize: 1000, totalSize: 2000 };
    const [first, last] = pieces(plan);
    if (!first || !last) throw new Error("two chunks");
    for (const parameters of [{}, { return_url: "https://www.example.com/" }]) {
      const token = await site.token(parameters);
      const asked = {
        upload_token: token,
        resumableChunkNumber: "1",
        resumableChunkSize: "1000",
        resumableTotalSize: "2000",
        resumableIdentifier: "f",
        resumableFilename: "f.png",
      };
      const ask = async (more = {}) =>
        expectDocumented(redeem, "get", await site.call(redeem + query({ ...asked, ...more })));
      const send = async (form: FormData) =>
        expectDocumented(redeem, "post", await site.call(redeem, { method: "POST", body: form }));
      await ask();
      await ask({ resumableChunkNumber: "one" });
      await send(chunkForm(token, plan, first, png(2000)));
      await ask();
      await send(chunkForm(token, plan, { ...last, end: last.end - 1 }, png(2000)));
      await send(chunkForm(token, plan, { ...last, number: 9 }, png(2000)));
      await send(chunkForm(token, plan, last, png(2000)));
      await ask();
      await send(chunkForm(await site.token(parameters), plan, first, textFile(2000)));
    }
    const token = await site.token({ max_size: 1000 });
    const form = chunkForm(token, plan, first, png(2000));
    await expectDocumented(redeem, "post", await site.call(redeem, { method: "POST", body: form }));
    await expectDocumented(redeem, "get", await site.call(redeem));
  },
);

test.each(["/api/photo", "/api/2/photo"])(
  "redeeming a replace token by %s answers as documented",
  async (prefix) => {
    const { photo_id: id } = await oldPhoto(site);
    const path = `${prefix}/redeem-replace-token`;
    const plan = planOf(NEW);
    const [first] = pieces(plan);
    if (!first) throw new Error("a chunk");
    const post = async (body: FormData, more = "") =>
      expectDocumented(path, "post", await site.call(path + more, { method: "POST", body }));
    const back = { return_url: "https://www.example.com/" };
    const background = { ...back, background_return_p: 1 };
    for (const asked of [{}, back, background]) {
      const fields = { replace_token: await replaceToken(site, id, { ...asked, max_uploads: 9 }) };
      await post(wholeForm(fields));
      await post(wholeForm(fields), "?format=json&raw=1");
      await post(wholeForm(fields, textFile()));
      if (asked !== background) await post(wholeForm(fields, new Uint8Array()));
      await post(pieceForm(fields, plan, first, NEW));
      await post(pieceForm(fields, plan, first, textFile(2500)));
      const chunk = Object.fromEntries(chunkFields(plan, 1));
      await expectDocumented(path, "get", await site.call(path + query({ ...chunk, ...fields })));
    }
    await post(wholeForm({ replace_token: "x" }));
    const gone = await oldPhoto(site);
    const fields = { replace_token: await replaceToken(site, gone.photo_id) };
    await takeAway(site, gone.photo_id, "trash");
    await post(wholeForm(fields));
    await post(pieceForm(fields, plan, first, NEW));
    const elsewhere = {
      replace_token: await replaceToken(site, id, { origin: "https://a.example" }),
    };
    const headers = { origin: "https://b.example" };
    const init = { method: "POST", body: wholeForm(elsewhere), headers };
    await expectDocumented(path, "post", await site.call(path, init));
  },
);

test.each(["/api/photo", "/api/2/photo"])(
  "files without a token by %s are answered as documented",
  async (prefix) => {
    const { photo_id: id, uploadToken } = await oldPhoto(site);
    const plan = planOf(NEW);
    const [first] = pieces(plan);
    if (!first) throw new Error("a chunk");
    for (const [name, fields] of [
      ["upload", { title: "x" }],
      ["replace", { photo_id: id }],
    ] as const) {
      const path = `${prefix}/${name}`;
      const by = async (call: typeof site.call, body: FormData, more = "", headers = {}) => {
        const answer = await call(path + more, { method: "POST", body, headers });
        await expectDocumented(path, "post", answer);
      };
      await by(site.callWithKey, wholeForm(fields));
      await by(site.callWithKey, wholeForm(fields), "?format=json&raw=1");
      await by(site.callWithKey, wholeForm(fields), "?callback=show");
      for (const file of [textFile(), new Uint8Array()]) {
        await by(site.callWithKey, wholeForm(fields, file));
      }
      await by(site.callWithKey, wholeForm({ ...fields, return_url: "http://x" }));
      await by(site.callWithKey, pieceForm(fields, plan, first, NEW));
      await by(site.callWithKey, pieceForm(fields, plan, first, textFile(2500)));
      await by(site.call, wholeForm(fields));
      await by(site.call, pieceForm(fields, plan, first, NEW));
      const wrong = { authorization: "Bearer wrong" };
      await by(site.call, wholeForm(fields), "", wrong);
      await by(site.call, pieceForm(fields, plan, first, NEW), "", wrong);
      const chunk = Object.fromEntries(chunkFields(planOf(OLD), 1));
      const named = name === "replace" ? { photo_id: String(id) } : {};
      const asked = await site.callWithKey(path + query({ ...chunk, ...named }));
      await expectDocumented(path, "get", asked);
      await expectDocumented(path, "get", await site.call(path + query(chunk)));
    }
    const path = `${prefix}/replace`;
    const post = async (fields: Record<string, string | number>, call = site.call) => {
      const answer = await call(path, { method: "POST", body: wholeForm(fields) });
      await expectDocumented(path, "post", answer);
    };
    await post({ photo_id: 999_999 }, site.callWithKey);
    await post({ replace_token: "x" });
    await post({ upload_token: "x" });
    await post({ upload_token: uploadToken });
    const token = await replaceToken(site, id);
    await post({ replace_token: token });
    await post({ replace_token: token });
  },
);

test.each([1, 2])("the other methods of version %d answer as documented", async (version) => {
  const api = version === 1 ? "/api" : "/api/2";
  const token = `${api}/photo/get-upload-token`;
  const list = `${api}/photo/list`;
  const replacing = `${api}/photo/get-replace-token`;
  const { photo_id: id } = await oldPhoto(site);
  const echo = `${api}/echo`;
  await site.callWithKey(`/api/2/photo/redeem-upload-token`, {
    method: "POST",
    body: fileForm(await site.token({ description: "<b>x</b>", tags: "a" }), png()),
  });
  for (const [method, more] of [
    [token, ""],
    [token, "?max_uploads=0"],
    [token, "?max_size=1000&types=image/*&origin=https://www.example.com&publish=0"],
    [token, "?format=json&raw=1"],
    [token, "?format=json"],
    [token, "?callback=show"],
    [replacing, `?photo_id=${id}`],
    [replacing, `?photo_id=${id}&max_size=1000&types=image/*&format=json&raw=1`],
    [replacing, "?photo_id=999999"],
    [replacing, ""],
    [list, ""],
    [list, "?format=json&raw=1"],
    [list, "?format=json&callback=show"],
    [list, "?size=0"],
    [list, "?upload_token=unknown"],
    [echo, "?greeting=Hello&number=7"],
    [echo, "?callback=()"],
    [echo, "?format=json&raw=1&a=1"],
  ] as const) {
    for (const verb of ["get", "post"]) {
      const answer = await site.callWithKey(method + more, { method: verb.toUpperCase() });
      await expectDocumented(method, verb, answer);
    }
  }
  await expectDocumented(list, "get", await site.call(`${list}?format=json&raw=1&photo_id=9999`));
  await expectDocumented(token, "get", await site.call(token));
  await expectDocumented(list, "get", await site.call(`${list}?include_unpublished_p=1`));
  const wrong = { headers: { authorization: "Bearer wrong" } };
  for (const path of [token, replacing, list, echo]) {
    await expectDocumented(path, "get", await site.call(path, wrong));
  }
});
