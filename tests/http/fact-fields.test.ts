import { expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { EXAMPLE } from "../../src/http/examples.ts";
import { describeFacts, factFields } from "../../src/http/fact-fields.ts";
import { pageOf } from "../../src/http/output.ts";
import { describePhoto, photoFields } from "../../src/http/photo-fields.ts";
import { NO_FACTS, type MediaFacts } from "../../src/media/facts.ts";

const created = Date.UTC(2026, 10, 23, 22, 40, 17);
const video: MediaFacts = {
  width: 1080,
  height: 1920,
  orientation: 6,
  duration: 55.248,
  videoCodec: "h264",
  audioCodec: "aac",
  frameRate: 29.97,
  capturedAt: Date.UTC(2026, 10, 22, 9, 5, 3),
  camera: "Apple iPhone 15",
  hasGps: false,
};
test("facts have the API's names", () => {
  const fields = describeFacts(video);
  expect(fields).toEqual({
    original_width: 1080,
    original_height: 1920,
    original_orientation: 6,
    video_length: 55.248,
    original_video_codec: "h264",
    original_audio_codec: "aac",
    original_frame_rate: 29.97,
    original_camera: "Apple iPhone 15",
    original_gps_p: false,
    taken_date_ansi: "2026-11-22 09:05:03",
  });
  expect(Value.Check(factFields, fields)).toBe(true);
});

test.each([
  ["a file that was not looked at yet", null],
  ["a file that says nothing", NO_FACTS],
])("of %s nothing is known", (_, facts) => {
  expect(describeFacts(facts)).toEqual({});
  // But when it was uploaded.
  expect(
    describePhoto({ ...EXAMPLE.photo, createdAt: created }, "", created, {
      ...EXAMPLE.media,
      facts,
    }),
  ).toMatchObject({
    original_date_ansi: "2026-11-23 22:40:17",
    original_date__date: "November 23, 2026",
    original_date__time: "10:40 PM",
  });
});

test("in version 1 what is not known is an empty text", () => {
  const page = pageOf({ name: "Photo", key: "photo", fields: photoFields });
  const photo = describePhoto(EXAMPLE.photo, "", created);
  const rows = (version: 1 | 2) => {
    const enclosed = page.enclose({ items: [photo], page: 1, size: 1, total: 1 }, version);
    return "items" in enclosed ? enclosed.items : [];
  };
  expect(rows(1)).toEqual([
    {
      ...photo,
      original_width: "",
      original_height: "",
      original_orientation: "",
      video_length: "",
      original_video_codec: "",
      original_audio_codec: "",
      original_frame_rate: "",
      original_camera: "",
      original_gps_p: "",
      taken_date_ansi: "",
    },
  ]);
  expect(rows(2)).toEqual([photo]);
});

test("a photo's row has the facts of its file", () => {
  // As records.media.store has noted it.
  const taken = { ...EXAMPLE.photo, takenAt: video.capturedAt };
  const photo = describePhoto(taken, "", created, { ...EXAMPLE.media, facts: video });
  expect(photo).toMatchObject({
    ...describeFacts(video),
    original_date_ansi: "2026-11-22 09:05:03",
    original_date__date: "November 22, 2026",
    original_date__time: "09:05 AM",
  });
  expect(Value.Check(photoFields, photo)).toBe(true);
});
