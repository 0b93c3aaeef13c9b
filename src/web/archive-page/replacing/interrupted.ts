import type { Engine, Unfinished } from "../../upload-page/transfer/types.ts";
import type { ArchivePageData } from "../page-data.ts";
import { createPhotoEngine } from "./photo-engine.ts";
import { follow, type ReplacedPhoto } from "./replacements.ts";

/** A file that was to replace a photo's, and of which this browser has sent a part at an earlier visit. */
export type Interrupted = Pick<Unfinished, "id" | "name" | "size" | "percent" | "canContinue">;

/** Those of a photo, without what this page or another tab is sending. */
export async function findInterrupted(
  data: ArchivePageData,
  photoId: number,
): Promise<Interrupted[]> {
  const engine = createPhotoEngine(data, photoId);
  const files = await engine.unfinished();
  engine.close();
  return files;
}

/**
 * Goes on with a file whose handle the browser kept; from a click, since the browser may ask for permission.
 * @returns false if the file has to be chosen again
 */
export async function goOnWith(
  data: ArchivePageData,
  photo: ReplacedPhoto,
  { id }: Interrupted,
): Promise<boolean> {
  const engine = createPhotoEngine(data, photo.id);
  const file = await findFile(engine, id);
  if (file === undefined || !(await file.continue())) {
    engine.close();
    return false;
  }
  follow(engine, data, photo);
  return true;
}

/** Forgets a file, and has the server delete what it has of it. */
export async function giveUp(
  data: ArchivePageData,
  photoId: number,
  { id }: Interrupted,
): Promise<void> {
  const engine = createPhotoEngine(data, photoId);
  await (await findFile(engine, id))?.forget();
  engine.close();
}

async function findFile(engine: Engine, id: string): Promise<Unfinished | undefined> {
  return (await engine.unfinished()).find((file) => file.id === id);
}
