import { Type, type Static } from "@sinclair/typebox";
import { NO_FACTS, type MediaFacts } from "../media/facts.ts";
import type { Media } from "../records/records.ts";
import { ansiDate } from "./dates.ts";

const UNKNOWN = "Not there (in version 1: empty) while it is not known.";

/** What is not known: version 2 leaves it out, version 1 has an empty text, as the vendor's sites do. */
const number = (description: string) =>
  Type.Optional(Type.Number({ blank: true, description: `${description} ${UNKNOWN}` }));
const text = (description: string) =>
  Type.Optional(Type.String({ blank: true, description: `${description} ${UNKNOWN}` }));

/** What is told of a photo's original by its own headers (protocol 6): the vendor's names, and ours for what it has none for. */
export const factFields = Type.Object({
  original_width: number("Pixels, as it is shown: after `original_orientation`."),
  original_height: number("Pixels, as it is shown."),
  original_orientation: number(
    "How the stored pixels have to be turned to be shown, in EXIF's numbers, 1 to 8; of videos too.",
  ),
  video_length: number("Seconds."),
  original_video_codec: text("Such as `h264`, `hevc`, `av1`, `vp9`."),
  original_audio_codec: text("Such as `aac`, `opus`, `mp3`."),
  original_frame_rate: number("Frames in a second, on average."),
  original_camera: text("Maker and model, in one line."),
  original_gps_p: Type.Optional(
    Type.Boolean({
      blank: true,
      description: `Whether the file says where it was taken. ${UNKNOWN} Never there with \`REDEEM_STRIP_GPS=1\`.`,
    }),
  ),
  taken_date_ansi: text(
    "When it was taken, by the file, `YYYY-MM-DD HH:MM:SS`: UTC where the file says its zone, else by the camera's clock.",
  ),
});

/** Whether the file says where it was taken is told to nobody (REDEEM_STRIP_GPS). */
export function withoutPlace(media: Media): Media {
  return { ...media, facts: media.facts && { ...media.facts, hasGps: null } };
}

/** @param facts null where the file was not looked at yet */
export function describeFacts(facts: MediaFacts | null): Static<typeof factFields> {
  const known = facts ?? NO_FACTS;
  return {
    ...(known.width !== null && { original_width: known.width }),
    ...(known.height !== null && { original_height: known.height }),
    ...(known.orientation !== null && { original_orientation: known.orientation }),
    ...(known.duration !== null && { video_length: known.duration }),
    ...(known.videoCodec !== null && { original_video_codec: known.videoCodec }),
    ...(known.audioCodec !== null && { original_audio_codec: known.audioCodec }),
    ...(known.frameRate !== null && { original_frame_rate: known.frameRate }),
    ...(known.camera !== null && { original_camera: known.camera }),
    ...(known.hasGps !== null && { original_gps_p: known.hasGps }),
    ...(known.capturedAt !== null && { taken_date_ansi: ansiDate(known.capturedAt) }),
  };
}
