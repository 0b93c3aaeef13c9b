import { describe, expect, test } from "bun:test";
import { base64, header, hex, underWay } from "../support/digests.ts";
import { siteForAll } from "../support/lifetime.ts";
import { png } from "../support/media.ts";
import { processorTime } from "../support/processor.ts";
import { fileForm, formOf, originalOf, photoIn, redeem } from "../support/redeem.ts";

/** Protocol 4.5: hashes that clients say of whole files and forms. */

const site = siteForAll();

/** A token for one file: what is refused has to give the use back. */
const token = () => site.token({ max_uploads: 1 });

const nothingKept = async () => expect(await underWay(site)).toEqual([]);

const bytes = png(200_000, 3);
const other = png(200_000, 4);

/** Each way of saying the hash of a whole file. */
const WHOLE: Record<string, (of: Uint8Array, token: string) => Promise<Response>> = {
  "digest before the file": (of, name) =>
    redeem(site, fileForm(name, bytes, "a.png", { digest: `sha-256:${hex(of)}` })),
  "digest behind the file": (of, name) =>
    redeem(
      site,
      formOf([
        ["upload_token", name],
        ["file", bytes],
        ["digest", `sha-256:${hex(of)}`],
      ]),
    ),
  "digest in the query, base64 with its plus signs unescaped": (of, name) =>
    redeem(site, fileForm(name, bytes), { query: `digest=sha-256:${base64(of)}` }),
  "digest of SHA-512": (of, name) =>
    redeem(site, fileForm(name, bytes, "a.png", { digest: `SHA-512:${base64(of, "sha512")}` })),
  "digest of octets": (of, name) =>
    redeem(site, bytes, {
      query: `upload_token=${name}&digest=sha-256:${hex(of).toUpperCase()}`,
      headers: { "content-type": "image/png" },
    }),
  file_digest: (of, name) =>
    redeem(site, fileForm(name, bytes, "a.png", { file_digest: `sha-256:${hex(of)}` })),
  "Content-Digest of octets": (of, name) =>
    redeem(site, bytes, {
      query: `upload_token=${name}`,
      headers: { "content-type": "image/png", "content-digest": header(of) },
    }),
  "Repr-Digest of octets": (of, name) =>
    redeem(site, bytes, {
      query: `upload_token=${name}`,
      headers: { "content-type": "image/png", "repr-digest": header(of) },
    }),
  "Repr-Digest of a form": (of, name) =>
    redeem(site, fileForm(name, bytes), {
      headers: {
        "repr-digest": `unknown=1;a=?1, md5=:aGFsbG8=:, sha-512=:${base64(of, "sha512")}:,\tsha-256=:${base64(of)}:`,
      },
    }),
};

describe("the hash of a whole file", () => {
  test.each(Object.keys(WHOLE))("%s: the file is taken where it is right", async (way) => {
    const send = WHOLE[way] as (typeof WHOLE)[string];
    const photo = await photoIn(await send(bytes, await token()));
    expect(await originalOf(site, photo)).toEqual(bytes);
  });

  test.each(Object.keys(WHOLE))("%s: nothing is kept where it is wrong", async (way) => {
    const send = WHOLE[way] as (typeof WHOLE)[string];
    const name = await token();
    const refused = await send(other, name);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      status: "error",
      code: "digest_mismatch",
      message: expect.stringMatching(/^The file is not what was sent: its sha-(256|512) is not/),
    });
    await nothingKept();
    // Its use is free again.
    await photoIn(await redeem(site, fileForm(name, bytes)));
  });

  test("is told to the backend where it is wrong, and is no extra parameter", async () => {
    const return_url = "https://shop.test/done";
    const digest = `sha-256:${hex(other)}`;
    const wrong = await redeem(
      site,
      fileForm(await site.token({ return_url }), bytes, "a.png", { digest, mine: "1" }),
    );
    expect(wrong.status).toBe(301);
    const told = new URL(wrong.headers.get("location") ?? "").searchParams;
    expect(told.get("error_message")).toContain("its sha-256 is not what digest says");
    expect([told.get("mine"), told.get("digest")]).toEqual(["1", null]);
  });

  test("is on record at once where it was said, and else behind the answer", async () => {
    const list = async (id: number) => {
      const query = new URLSearchParams({ photo_id: String(id), include_unpublished_p: "1" });
      const answer = await site.callWithKey(`/api/2/photo/list?${query}`);
      const body = (await answer.json()) as { data: { original_sha256: string }[] };
      return body.data[0]?.original_sha256;
    };
    const said = await photoIn(
      await redeem(
        site,
        fileForm(await token(), bytes, "a.png", { digest: `sha-256:${hex(bytes)}` }),
      ),
    );
    expect(await list(said.photo_id)).toBe(hex(bytes));
    const unsaid = await photoIn(await redeem(site, fileForm(await token(), other)));
    await site.site.hasher.idle();
    expect(await list(unsaid.photo_id)).toBe(hex(other));
  });
});

describe("Content-Digest of a form", () => {
  const boundary = "xxBOUNDARYxx";
  const form = (name: string) =>
    Buffer.concat([
      Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="upload_token"\r\n\r\n${name}\r\n` +
          `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n`,
      ),
      bytes,
      Buffer.from(`\r\n--${boundary}--\r\nwhat is behind it counts, too${"x".repeat(300_000)}`),
    ]);
  const send = (body: Buffer, digest: string) =>
    redeem(site, new Uint8Array(body), {
      headers: {
        "content-type": `multipart/form-data; boundary=${boundary}`,
        "content-digest": digest,
      },
    });

  test("is that of the whole body", async () => {
    const body = form(await token());
    await photoIn(await send(body, header(body)));
  });

  test("keeps nothing where it is wrong", async () => {
    const name = await token();
    const body = form(name);
    for (const wrong of [bytes, body.subarray(0, -1)]) {
      const refused = await send(body, header(wrong));
      expect([refused.status, await refused.text()]).toEqual([
        400,
        "The request was damaged on its way: its sha-256 is not what Content-Digest says. Nothing of it is kept; send it again.",
      ]);
      await nothingKept();
    }
    await photoIn(await send(body, header(body)));
  });
});

describe("what is malformed is 400, naming it, before the file is read", () => {
  test.each([
    "",
    "sha-256",
    "sha-256=abc",
    "sha-256=:YWJj:",
    "sha-256=:AAAA",
    `sha-256=:${base64(bytes)}:,`,
    `,sha-256=:${base64(bytes)}:`,
    `sha-256=:${base64(bytes)}: sha-512=:${base64(bytes, "sha512")}:`,
    `sha-512=:${base64(bytes)}:`,
    `SHA-256=:${base64(bytes)}:`,
    `sha-256=${hex(bytes)}`,
  ])("Repr-Digest: %p", async (value) => {
    const refused = await redeem(site, fileForm(await token(), bytes), {
      headers: { "repr-digest": value },
    });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringMatching(/^Repr-Digest must be sha-256=:…: or sha-512=:…:/),
    ]);
  });

  test.each(["md5:abc", "sha-256:abc", `sha-256:${"0".repeat(63)}`, "x", `sha-512:${hex(bytes)}`])(
    "digest and file_digest: %p",
    async (value) => {
      for (const name of ["digest", "file_digest"]) {
        const refused = await redeem(
          site,
          fileForm(await token(), bytes, "a.png", { [name]: value }),
        );
        expect([refused.status, await refused.text()]).toEqual([
          400,
          expect.stringMatching(new RegExp(`^${name} must be sha-256: or sha-512:`)),
        ]);
      }
      await nothingKept();
    },
  );

  test("other algorithms are passed over in headers", async () => {
    const headers = { "repr-digest": 'md5=:YWJj:, x="a, b";q=1, y=1.5, z' };
    await photoIn(await redeem(site, fileForm(await token(), bytes), { headers }));
  });
});

test("a digest of a quarter of a megabyte is refused at once: its length holds nobody up", async () => {
  const long = `sha-256:${" ".repeat(250_000)}x`;
  const begun = processorTime();
  const answer = await redeem(site, fileForm("no token at all", bytes, "a.png", { digest: long }));
  expect(await answer.text()).toStartWith("digest must be sha-256: or sha-512:");
  // It took half a minute, in which no other request was answered.
  expect(processorTime() - begun).toBeLessThan(2000);
});
