/** What the grid knows of a photo: as `photo/list` answers it (protocol 6). */
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
  /** Another one when the bytes are replaced. */
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

/** For the parameter `fields`: nothing else is sent for each of a hundred thousand photos. */
export const gridFields = GRID_FIELDS.join(",");

/** What is known of one photo that is looked at. */
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
  /** From the host's root, or a whole address. */
  one: string;
  /** Comma separated. */
  album_id: string;
  /** Safe HTML, and the same as text. */
  content: string;
  content_text: string;
  /** Space separated; a tag with spaces is quoted. */
  tags: string;
};

/** Thumbnails that the page asks for, by the pixels of their longer side. */
export type ThumbnailName = "portrait" | "standard" | "large";

/** Address of a photo's file or thumbnail: it changes with the bytes, so that browsers may keep what they have. */
export function photoAddress(
  { tree_id: tree, photo_id: id, token, original_version: version }: GridPhoto,
  base: string,
  format: ThumbnailName | "original",
): string {
  return `${base}/${tree}/${id}/${token}/${format}?v=${version}`;
}

/** What people call it. */
export function nameOf({ title, original_filename: filename, photo_id: id }: GridPhoto): string {
  return title || filename || String(id);
}

/** Milliseconds since 1970 of a date in an answer. */
export function timeOfAnsi(date: string): number {
  return Date.parse(`${date.replace(" ", "T")}Z`);
}
