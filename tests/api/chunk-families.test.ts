import { describe, expect, test } from "bun:test";
import { pieces, type Plan } from "../support/chunks.ts";
import {
  familyForm,
  flowFields,
  rangeHeaders,
  SPEAKERS,
  type TokenPlace,
} from "../support/families.ts";
import { png } from "../support/media.ts";
import {
  fileForm,
  originalOf,
  photoCount,
  photoIn,
  redeem,
  redeemPath,
} from "../support/redeem.ts";
import { siteForAll } from "../support/lifetime.ts";

/** Issue 7, 16: the first chunk of these uploaders was taken for a whole file. */

const site = siteForAll();

const file = png(5_500);
const plan: Plan = {
  identifier: "5500-katzepng",
  filename: "Katze ä%1.png",
  chunkSize: 1000,
  totalSize: file.length,
};

const PLACES: TokenPlace[] = ["before the file", "behind the file, with all fields"];
const CASES = SPEAKERS.flatMap((speaker) =>
  PLACES.map((place) => [speaker.name, place, speaker] as const),
);

describe.each(CASES)("%s, its token %s", (_name, place, speaker) => {
  test("chunks in any order make one photo of the same bytes, with the uploader's name", async () => {
    const token = await site.token();
    const all = pieces(plan, speaker.force).toReversed();
    const answers: string[] = [];
    for (const piece of all) {
      const said = speaker.say(plan, piece);
      const bytes = file.slice(piece.start, piece.end);
      const send = async () => {
        const body = familyForm(token, said, bytes, plan.filename, place);
        const response = await redeem(site, body, { headers: said.headers });
        expect(response.status).toBe(200);
        return response;
      };
      const response = await send();
      if (piece !== all.at(-1)) {
        answers.push(await response.text());
        // The same again, as after a lost answer.
        answers.push(await (await send()).text());
        continue;
      }
      expect(await originalOf(site, await photoIn(response))).toEqual(file);
      // Finished: whatever comes again is told the same.
      expect(await originalOf(site, await photoIn(await send()))).toEqual(file);
    }
    expect(answers).toEqual(Array.from({ length: 2 * (all.length - 1) }, () => "ok"));
    expect(await photoCount(site, token)).toBe(1);
    const photos = await site.callWithKey(`/api/2/photo/list?upload_token=${token}&size=1`);
    expect(await photos.text()).toContain("Katze ä%1");
  });
});

test("flow.js asks first: 204 for what is missing, 200 for what is there", async () => {
  const token = await site.token();
  const all = pieces(plan);
  const ask = (fields: [string, string][]) =>
    site.call(`${redeemPath()}?${new URLSearchParams([...fields, ["upload_token", token]])}`);
  for (const piece of all) {
    const fields = flowFields(plan, piece);
    expect((await ask(fields)).status).toBe(204);
    const bytes = file.slice(piece.start, piece.end);
    const body = familyForm(token, { fields, headers: {} }, bytes, plan.filename);
    expect((await redeem(site, body)).status).toBe(200);
    expect((await ask(fields)).status).toBe(200);
  }
  // Finished: every GET has the outcome.
  const outcome = await ask(flowFields(plan, all[1] as (typeof all)[0]));
  expect(await originalOf(site, await photoIn(outcome))).toEqual(file);
});

describe("a body of bytes, the parameters in the query", () => {
  const types = ["image/png", "video/mp4", "audio/ogg", "application/octet-stream", undefined];

  test.each(types)("flow.js, method octet, type %p", async (type) => {
    const token = await site.token();
    let last: Response | undefined;
    for (const piece of pieces(plan)) {
      const fields = [...flowFields(plan, piece), ["upload_token", token]];
      last = await redeem(site, file.slice(piece.start, piece.end), {
        query: String(new URLSearchParams(fields)),
        headers: type ? { "content-type": type } : {},
      });
      expect(last.status).toBe(200);
    }
    expect(await originalOf(site, await photoIn(last as Response))).toEqual(file);
  });

  test("jQuery File Upload, multipart: false", async () => {
    const token = await site.token();
    let last: Response | undefined;
    for (const piece of pieces(plan, true)) {
      last = await redeem(site, file.slice(piece.start, piece.end), {
        query: `upload_token=${token}`,
        headers: { ...rangeHeaders(plan, piece), "content-type": "image/png" },
      });
      expect(last.status).toBe(200);
    }
    expect(await originalOf(site, await photoIn(last as Response))).toEqual(file);
    expect(await photoCount(site, token)).toBe(1);
  });

  test("a whole file has the name of its Content-Disposition", async () => {
    const token = await site.token();
    const response = await redeem(site, file, {
      query: `upload_token=${token}`,
      headers: {
        "content-type": "image/png",
        "content-disposition": `attachment; filename*=UTF-8''K%C3%A4tzchen.png`,
      },
    });
    const photo = await photoIn(response);
    expect(await originalOf(site, photo)).toEqual(file);
    const photos = await site.callWithKey(`/api/2/photo/list?upload_token=${token}`);
    expect(await photos.text()).toContain("Kätzchen");
  });
});

const sendRange = (token: string, start: number, end: number) =>
  redeem(site, file.slice(start, end), {
    query: `upload_token=${token}`,
    headers: { ...rangeHeaders(plan, { start, end }), "content-type": "image/png" },
  });

describe("Content-Range", () => {
  test("any lengths that overlap none are accepted", async () => {
    const token = await site.token();
    for (const [start, end] of [
      [5499, 5500],
      [0, 1],
      [1, 4000],
    ] as const) {
      expect(await (await sendRange(token, start, end)).text()).toBe("ok");
    }
    const overlap = await sendRange(token, 3999, 5499);
    expect(overlap.status).toBe(500);
    expect(await overlap.text()).toBe(
      "The chunk at byte 3999 has the wrong chunk size: it overlaps a chunk that was accepted before.",
    );
    expect(await originalOf(site, await photoIn(await sendRange(token, 4000, 5499)))).toEqual(file);
  });

  test.each([
    ["that cannot be read", "bytes 0-99/*", 100, /^Content-Range must be of the form/],
    ["beyond the file", "bytes 0-5500/5500", 5500, /^Content-Range must be of the form/],
    [
      "longer than the body",
      "bytes 0-99/5500",
      99,
      /wrong chunk size|Content-Range says 100 bytes/,
    ],
    ["shorter than the body", "bytes 0-99/5500", 101, /wrong chunk size|Content-Range says 100/],
  ])("%s is 400, of bytes and in a form, and spends no use", async (_what, value, length, why) => {
    const token = await site.token();
    const bytes = file.slice(0, length);
    const headers = { "content-range": value };
    const answers = [
      await redeem(site, bytes, {
        query: `upload_token=${token}`,
        headers: { ...headers, "content-type": "image/png" },
      }),
      await redeem(site, fileForm(token, bytes), { headers }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(400);
      expect(await answer.text()).toMatch(why);
    }
    expect(await photoCount(site, token)).toBe(0);
    await photoIn(await redeem(site, fileForm(token, file)));
  });

  test("against the parameters is 400", async () => {
    const token = await site.token();
    const fields = flowFields(plan, { number: 2, start: 1000, end: 2000 });
    const body = familyForm(token, { fields, headers: {} }, file.slice(1000, 2000), plan.filename);
    const answer = await redeem(site, body, {
      headers: { "content-range": "bytes 0-999/5500" },
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toBe("Content-Range contradicts the parameters of the chunk.");
  });

  test("without a file is 400, not a failure that goes back to the site", async () => {
    const token = await site.token({ return_url: "https://shop.example/done" });
    const body = new URLSearchParams({ upload_token: token });
    const answer = await redeem(site, body, { headers: { "content-range": "bytes 0-9/5500" } });
    expect(answer.status).toBe(400);
  });
});

test("a chunk whose words change behind the file is 400", async () => {
  const token = await site.token();
  const fields = flowFields(plan, { number: 1, start: 0, end: 1000 });
  const body = familyForm(token, { fields, headers: {} }, file.slice(0, 1000), plan.filename);
  body.append("flowChunkNumber", "2");
  const answer = await redeem(site, body);
  expect(answer.status).toBe(400);
  expect(await answer.text()).toBe(
    "flowChunkNumber behind the file is not what it was before the file.",
  );
});
