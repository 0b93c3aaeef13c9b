import { afterAll, beforeAll, expect, test } from "bun:test";
import { chunkForm, pieces, type Plan } from "../support/chunks.ts";
import { png, textFile } from "../support/media.ts";
import { startTestSite, type TestSite } from "../support/site.ts";
import { operationAt, readSpec, type Spec } from "./spec.ts";

let site: TestSite;
let spec: Spec;

beforeAll(async () => {
  site = await startTestSite();
  spec = await readSpec(site);
});
afterAll(() => site.stop());

/** What a value is made of, so that an answer can be compared with an example. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape);
  if (value === null || typeof value !== "object") return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shape(one)]));
}

/** The elements and attributes of an XML document, each once. */
const names = (xml: string) =>
  [...new Set(xml.match(/<\w+|\s\w+(?==)/g)?.map((name) => name.trim()))].sort();

async function expectDocumented(path: string, method: string, answer: Response): Promise<void> {
  const where = `${method} ${path.replace(/\?.*/, "")} ${answer.status}`;
  const documented = operationAt(spec, path.replace(/\?.*/, ""), method).responses[answer.status];
  if (!documented) throw new Error(`${where} is not documented`);
  const type = answer.headers.get("content-type")?.split(";")[0];
  if (!type) return expect(documented.content, where).toBeUndefined();
  const media = documented.content?.[type];
  if (!media) throw new Error(`${where} ${type} is not documented`);
  const body = await answer.text();
  const examples = Object.values(media.examples ?? {}).map(({ value }) => value);
  if (type === "application/json" || body.startsWith("{")) {
    expect(examples.map(shape), where).toContainEqual(shape(JSON.parse(body)));
  } else if (type === "application/xml") {
    expect(
      examples.map((value) => names(String(value))),
      where,
    ).toContainEqual(names(body));
  } else if (answer.status === 404) {
    expect(examples, where).toContain(body);
  }
}

function form(uploadToken: string, file: Uint8Array<ArrayBuffer>): FormData {
  const data = new FormData();
  data.append("upload_token", uploadToken);
  data.append("file", new Blob([file]), "a.png");
  return data;
}

test.each(["/api/photo", "/api/2/photo"])("the answers of %s are as documented", async (prefix) => {
  const redeem = `${prefix}/redeem-upload-token`;
  const post = (body: FormData, query = "") => site.call(redeem + query, { method: "POST", body });
  const whole = async (parameters: Record<string, string | number>, file = png(), query = "") =>
    expectDocumented(redeem, "post", await post(form(await site.token(parameters), file), query));

  await whole({});
  await whole({}, png(), "?format=json&raw=1");
  await whole({}, png(), "?callback=show");
  await whole({}, textFile());
  await whole({}, new Uint8Array());
  await whole({ max_size: 100 }, png(1000));
  await whole({ return_url: "https://www.example.com/" });
  await whole({ return_url: "https://www.example.com/", extra: "x".repeat(1500) });
  await whole({ return_url: "https://www.example.com/", background_return_p: 1 });
  await expectDocumented(redeem, "post", await post(form("unknown", png())));
  await expectDocumented(redeem, "post", await site.call(redeem, { method: "POST", body: "{}" }));

  const plan: Plan = { identifier: "f", filename: "f.png", chunkSize: 1000, totalSize: 2000 };
  const [first, last] = pieces(plan);
  if (!first || !last) throw new Error("two chunks");
  const token = await site.token();
  const query = new URLSearchParams({
    upload_token: token,
    resumableChunkNumber: "1",
    resumableChunkSize: "1000",
    resumableTotalSize: "2000",
    resumableIdentifier: "f",
    resumableFilename: "f.png",
  });
  const ask = async () => expectDocumented(redeem, "get", await site.call(`${redeem}?${query}`));
  await ask();
  await expectDocumented(redeem, "post", await post(chunkForm(token, plan, first, png(2000))));
  await ask();
  await expectDocumented(redeem, "post", await post(chunkForm(token, plan, last, png(2000))));
  await ask();
  const text = chunkForm(await site.token(), plan, first, textFile(2000));
  await expectDocumented(redeem, "post", await post(text));
  await expectDocumented(redeem, "get", await site.call(redeem));

  const get = `${prefix}/get-upload-token`;
  for (const [method, more] of [
    [get, ""],
    [get, "?max_uploads=0"],
    [get, "?format=json&raw=1"],
    [`${prefix}/list`, ""],
    [`${prefix}/list`, "?format=json&raw=1"],
    [`${prefix}/list`, "?size=0"],
  ] as const) {
    await expectDocumented(method, "get", await site.callWithKey(method + more));
  }
  await expectDocumented(get, "get", await site.call(get));
  const hidden = `${prefix}/list?include_unpublished_p=1`;
  await expectDocumented(hidden, "get", await site.call(hidden));
});
