/** @jsxImportSource preact */
import type { WholePhoto } from "../photo-types.ts";
import { usePhotos, type PhotosContext } from "../photos-context.ts";
import { timeOfAnsi } from "../photo-types.ts";
import { writeLength } from "../day-names.ts";

/** Facts of the photo's file: name, type, size, camera, place and time. */
export function FileFacts({ photo }: { photo: WholePhoto }) {
  const context = usePhotos();
  return (
    <dl class="facts">
      {factsOf(photo, context).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd dir="auto">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function factsOf(photo: WholePhoto, { texts, locale }: PhotosContext): [string, string][] {
  const facts: [string, string][] = [];
  const moment = new Intl.DateTimeFormat(locale.tag, { dateStyle: "full", timeStyle: "short" });
  // The time by the camera's own clock: its time zone is mostly unknown, so that it is shown unconverted.
  const taken = new Intl.DateTimeFormat(locale.tag, {
    dateStyle: "full",
    timeStyle: "short",
    timeZone: "UTC",
  });
  if (photo.taken_date_ansi) {
    facts.push([texts.taken, taken.format(timeOfAnsi(photo.taken_date_ansi))]);
  }
  facts.push([texts.arrived, moment.format(timeOfAnsi(photo.creation_date_ansi))]);
  if (photo.original_camera) facts.push([texts.camera, photo.original_camera]);
  facts.push([texts.file, photo.original_filename]);
  facts.push([texts.size, `${locale.size(photo.original_size)} · ${photo.original_type}`]);
  const { original_width: width, original_height: height } = photo;
  if (width && height) {
    facts.push([texts.dimensions, `${locale.number(width)} × ${locale.number(height)}`]);
  }
  if (photo.video_length !== undefined) facts.push([texts.length, writeLength(photo.video_length)]);
  if (photo.original_gps_p) facts.push([texts.place, texts.placeKnown]);
  return facts;
}
