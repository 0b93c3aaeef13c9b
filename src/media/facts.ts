import type { OriginalFacts } from "../records/media.ts";

/** What a file's own headers say of it: as it is put on record. */
export type MediaFacts = OriginalFacts;

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
