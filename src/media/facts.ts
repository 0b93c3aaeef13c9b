/** What a file's own headers say of it. Null: not known, because the file does not say it, or is damaged, or of a kind that is not read. */
export type MediaFacts = {
  /** Pixels, as it is shown: after the turning that `orientation` asks for. */
  width: number | null;
  height: number | null;
  /**
   * How the stored pixels have to be turned or mirrored to be shown, in EXIF's numbers, 1 to 8 (5 to 8: width and height
   * are stored the other way round). Of videos too, whose containers say it in other words.
   */
  orientation: number | null;
  /** Seconds. */
  duration: number | null;
  /** Such as "h264", "hevc", "av1", "vp9". */
  videoCodec: string | null;
  /** Such as "aac", "opus", "mp3". */
  audioCodec: string | null;
  /** Frames in a second, on average. */
  frameRate: number | null;
  /** Milliseconds since 1970. A time of which the file does not say the zone counts as UTC. */
  capturedAt: number | null;
  /** Maker and model, in one line of at most 100 characters. */
  camera: string | null;
  /** Whether the file says where it was taken. */
  hasGps: boolean | null;
};

export const NO_FACTS: Readonly<MediaFacts> = {
  width: null,
  height: null,
  orientation: null,
  duration: null,
  videoCodec: null,
  audioCodec: null,
  frameRate: null,
  capturedAt: null,
  camera: null,
  hasGps: null,
};
