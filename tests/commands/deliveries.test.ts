import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import Database from "better-sqlite3";
import { deliveriesOf } from "../support/database.ts";
import { serverForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { sendWhole } from "../support/over-http.ts";
import { startReceiver, type Receiver } from "../support/receiver.ts";
import { until } from "../support/remains.ts";
import { openData } from "../../src/data-folder.ts";
import { isFailure, isMisuse, run } from "./run.ts";

/** `redeem deliveries`, beside a server that runs. */

const server = serverForAll();
const redeem = (...words: string[]) => run(server.folder, ["deliveries", ...words]);

let status = 500;
let receiver: Receiver;
let uploadToken = "";
beforeAll(async () => {
  receiver = startReceiver(() => new Response("", { status }));
  const address = receiver.url.replace("http://", "http://ann:hush@");
  uploadToken = await server.token({
    return_url: `${address}/done?own=1`,
    background_return_p: 1,
    max_uploads: 9,
  });
  await sendWhole(server, uploadToken, png());
  await sendWhole(server, uploadToken, png());
  await until("both are tried", () =>
    deliveriesOf(server).every(({ attempts, last_error }) => attempts === 1 && last_error !== null),
  );
});
afterAll(() => receiver.stop());

const ids = () =>
  deliveriesOf(server)
    .map(({ id }) => id)
    .filter((id) => !id.startsWith("old-"));
const lines = (out: string) => out.trim().split("\n");
const seen = (id: string) =>
  receiver.received.filter(({ headers }) => headers.get("redeem-delivery") === id).length;

/** What the deliverer does after a day of attempts. */
async function giveUp(id: string): Promise<void> {
  const { records, secret } = await openData(server.folder);
  const entry = await records.deliveries.byId(id);
  const sealed = secret.seal(JSON.stringify([entry?.url, entry?.body]));
  await records.deliveries.close(id, "given-up", "the receiver answered 500", Date.now(), sealed);
  await records.close();
}

function requireNoSecret(out: string): void {
  for (const secret of [uploadToken, "hush", "own=1"]) expect(out).not.toContain(secret);
}

test("retry --all-given-up says so where none is given up", async () => {
  const ran = await redeem("retry", "--all-given-up");
  expect(ran.out).toBe("No delivery is given up.\n");
  expect(ran.code).toBe(0);
});

describe("list", () => {
  test("the newest first, where they go, and no secret", async () => {
    const { out, err, code } = await redeem("list");
    expect({ err, code }).toEqual({ err: "", code: 0 });
    expect(lines(out)[0]).toMatch(/^ID +RECORDED \(UTC\) +TELLS +PHOTO +STATE +TRIED +TO$/);
    expect(lines(out)[1]).toMatch(
      new RegExp(
        `^${ids()[1]}  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d +success +2 +pending +1 +${receiver.url}/done$`,
      ),
    );
    expect(lines(out)[2]).toStartWith(ids()[0] ?? "?");
    requireNoSecret(out);
    // Without a word it is the list.
    expect((await redeem()).out).toBe(out);
  });

  test("as JSON, an object in a line", async () => {
    const { out } = await redeem("--json");
    expect(lines(out).map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { id: ids()[1] ?? "" },
      {
        id: ids()[0] ?? "",
        tells: "success",
        photo_id: 1,
        upload_id: 1,
        state: "pending",
        method: "GET",
        address: `${receiver.url}/done`,
        attempts: 1,
        last_error: "the receiver answered 500",
        ended: null,
      },
    ]);
    requireNoSecret(out);
  });

  test("of a photo, in a state, so many, or all, and says that there are more", async () => {
    expect(lines((await redeem("list", "--photo", "2")).out)).toHaveLength(2);
    for (const filter of [
      ["--photo", "99"],
      ["--state", "delivered"],
    ]) {
      const none = await redeem("list", ...filter);
      expect(lines(none.out)).toHaveLength(1);
      expect(none).toMatchObject({ code: 0, err: "There is no such delivery.\n" });
      expect(await redeem("list", "--json", ...filter)).toEqual({ code: 0, out: "", err: "" });
    }
    const some = await redeem("list", "--limit", "1");
    expect(lines(some.out)).toHaveLength(2);
    expect(some.err).toContain("there are more. See them with --limit N, or --all.");
    expect((await redeem("list", "--limit", "2")).err).toBe("");
    const db = new Database(join(server.folder, "redeem.db"));
    db.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 1200)
      insert into deliveries (id, photo_id, outcome, method, host, url, body, state, created_at, next_at, closed_at)
      select 'old-' || i, 77, 'updated', 'POST', 'x', '', '', 'delivered', i, i, i from n`);
    db.close();
    expect(lines((await redeem("list", "--all")).out)).toHaveLength(1203);
    expect(lines((await redeem("list", "--all", "--photo", "77", "--json")).out)).toHaveLength(
      1200,
    );
    expect(lines((await redeem("list")).out)).toHaveLength(101);
  });

  test("shows what a stranger called a host as text alone", async () => {
    const db = new Database(join(server.folder, "redeem.db"));
    db.prepare("update deliveries set host = ? where id = 'old-1'").run("a\u001b[31mb\u0000");
    db.close();
    const { out } = await redeem("show", "old-1");
    expect(out).toContain("POST a\ufffd[31mb\ufffd");
  });
});

describe("retry", () => {
  test("one that waits is made now, by the server that runs", async () => {
    const [first = ""] = ids();
    const before = seen(first);
    const ran = await redeem("retry", first);
    expect(ran).toMatchObject({ code: 0, err: "" });
    expect(ran.out).toStartWith(`Delivery ${first} is due: `);
    await until("it is made", () => seen(first) > before);
  });

  test("one that was given up is shown, and made again with all that it had", async () => {
    const [, second = ""] = ids();
    await giveUp(second);
    const shown = await redeem("show", second);
    expect(shown.out).toMatch(
      /^ {2}State +given up; redeem deliveries retry \S+ asks for it again$/m,
    );
    expect(shown.out).toMatch(new RegExp(`^ {2}To +GET ${receiver.url}/done$`, "m"));
    expect(shown.out).toMatch(/^ {2}Last error +the receiver answered 500$/m);
    requireNoSecret(shown.out);
    const listed = await redeem("list", "--state", "given-up");
    expect(lines(listed.out)[1]).toContain(`${receiver.url}/done`);
    // The database alone says nothing.
    for (const name of ["redeem.db", "redeem.db-wal"]) {
      const row = deliveriesOf(server).find(({ id }) => id === second);
      expect([name, JSON.stringify(row).includes(uploadToken)]).toEqual([name, false]);
    }
    status = 200;
    const ran = await redeem("retry", second);
    expect(ran).toMatchObject({ code: 0, err: "" });
    await until("it is taken", () =>
      deliveriesOf(server).some(({ id, state }) => id === second && state === "delivered"),
    );
    const got = receiver.received.findLast(
      ({ headers }) => headers.get("redeem-delivery") === second,
    );
    expect(got?.url.searchParams.get("upload_token")).toBe(uploadToken);
    expect(got?.url.searchParams.get("own")).toBe("1");
    expect(got?.headers.get("authorization")).toBe(`Basic ${btoa("ann:hush")}`);
    const again = await redeem("retry", second);
    expect(again.err).toContain("is delivered already");
    expect(isFailure(again)).toBe(true);
  });

  test("all that were given up; those of earlier versions are said to be lost", async () => {
    status = 200;
    await sendWhole(server, uploadToken, png());
    const third = ids().at(-1) ?? "";
    await until("it is taken", () =>
      deliveriesOf(server).some(({ id, state }) => id === third && state === "delivered"),
    );
    const { records, secret } = await openData(server.folder);
    const sealed = secret.seal(JSON.stringify([`${receiver.url}/late`, "a=b"]));
    await records.deliveries.close(third, "given-up", "no", Date.now(), sealed);
    await records.deliveries.close("old-1", "given-up", "no", Date.now());
    await records.deliveries.close("old-2", "given-up", "no", Date.now(), "sealed elsewhere");
    await records.close();
    const ran = await redeem("retry", "--all-given-up");
    expect(ran.code).toBe(0);
    expect(ran.out).toStartWith("1 delivery is due");
    expect(ran.err).toStartWith("2 cannot be asked for again: an earlier version deleted");
    const again = await redeem("retry", "--all-given-up");
    expect(again.out).toBe("");
    expect(again.err).toStartWith("2 cannot be asked for again: an earlier version deleted");
    await until("it is made", () => receiver.received.some(({ url }) => url.pathname === "/late"));
    expect((await redeem("show", "old-1")).out).toContain("an earlier version deleted its address");
    expect((await redeem("retry", "old-1")).err).toContain(
      "an earlier version deleted its address",
    );
    expect((await redeem("retry", "old-2")).err).toContain("sealed with another secret");
  });
});

test.each([
  [["show", "nothing"], 'no delivery "nothing"'],
  [["retry", "nothing"], 'no delivery "nothing"'],
])("%p is one line and exit code 1", async (words, message) => {
  const ran = await redeem(...words);
  expect(ran.err).toContain(message);
  expect(isFailure(ran)).toBe(true);
});

test.each([
  [["melt"], "list, show and retry"],
  [["show"], "Usage"],
  [["retry"], "--all-given-up"],
  [["retry", "a", "--all-given-up"], "not both"],
  [["list", "--state", "lost"], "--state must be one of pending, delivered, given-up"],
  [["list", "--limit", "0"], "--limit must be"],
  [["list", "--limit", "1", "--all"], "not both"],
  [["list", "--photo", "x"], "--photo ID"],
  [["list", "--colour", "red"], "--colour"],
])("%p is one line and exit code 2", async (words, message) => {
  const ran = await redeem(...words);
  expect(ran.err).toContain(message);
  expect(isMisuse(ran)).toBe(true);
});
