/** A photo in the grid, as `photo/list` answers it (protocol 6) for these fields. */
export type GridPhoto = {
  photo_id: number;
  tree_id: number;
  token: string;
  title: string;
  published_p: boolean;
  video_p: boolean;
  audio_p: boolean;
  original_filename: string;
  original_type: string;
  /** Changes when the photo's bytes are replaced. */
  original_version: number;
  /** Pixels. */
  original_width?: number;
  original_height?: number;
  /** Seconds. */
  video_length?: number;
  thumbnails_state: "pending" | "ready" | "none";
};

const GRID_FIELDS: readonly (keyof GridPhoto)[] = [
  "photo_id",
  "tree_id",
  "token",
  "title",
  "published_p",
  "video_p",
  "audio_p",
  "original_filename",
  "original_type",
  "original_version",
  "original_width",
  "original_height",
  "video_length",
  "thumbnails_state",
];

/** The parameter `fields` of `photo/list`: a list may have a hundred thousand photos, so that nothing else is asked for. */
export const gridFields = GRID_FIELDS.join(",");

/** One photo that is shown alone, with all its fields. */
export type WholePhoto = GridPhoto & {
  original_size: number;
  original_download: string;
  original_camera?: string;
  original_video_codec?: string;
  original_frame_rate?: number;
  original_gps_p?: boolean;
  original_sha256: string;
  /** `YYYY-MM-DD HH:MM:SS`, UTC. */
  creation_date_ansi: string;
  original_date_ansi: string;
  publish_date_ansi: string;
  taken_date_ansi?: string;
  thumbnails_reason?: string;
  /** Address of the photo's page: a path from the host's root, or a whole address. */
  one: string;
  /** Ids of its albums, comma separated. */
  album_id: string;
  /** The description as safe HTML; `content_text` is the same as plain text. */
  content: string;
  content_text: string;
  /** Space separated; a tag with spaces is quoted. */
  tags: string;
};

/** The sizes of thumbnails that the page uses. */
export type ThumbnailName = "portrait" | "standard" | "large";

/** Address of a photo's file or thumbnail. It has the version of the bytes in it, so that browsers may cache the answer for good. */
export function photoAddress(
  { tree_id: tree, photo_id: id, token, original_version: version }: GridPhoto,
  base: string,
  format: ThumbnailName | "original",
): string {
  return `${base}/${tree}/${id}/${token}/${format}?v=${version}`;
}

/** A photo's title, or its file name, or its id. */
export function nameOf({ title, original_filename: filename, photo_id: id }: GridPhoto): string {
  return title || filename || String(id);
}

/** Milliseconds since 1970 of a date in an answer. */
export function timeOfAnsi(date: string): number {
  return Date.parse(`${date.replace(" ", "T")}Z`);
}
