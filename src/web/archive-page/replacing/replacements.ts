import { signal } from "@preact/signals";
import { keepAwake, warnBeforeLeaving } from "../../kit/while-sending.ts";
import { toast } from "../../kit/toast.tsx";
import type { Engine, Picked, Transfer } from "../../upload-page/transfer/types.ts";
import { sessionIsOver } from "../api.ts";
import type { ArchivePageData } from "../page-data.ts";
import { createPhotoEngine } from "./photo-engine.ts";

/** The photo that gets another file: its id, and what it is called. */
export type ReplacedPhoto = { id: number; name: string };

/** A file on its way that replaces the bytes of a photo. It goes on whatever of the archive is looked at. */
export type Replacement = {
  photoId: number;
  /** What the photo is called. */
  name: string;
  transfer: Transfer;
  pause(): void;
  resume(): void;
  retryNow(): void;
  /** What has been sent of it is deleted. Of one that was refused: its words go. */
  cancel(): void;
};

/** At most one of a photo, in the order in which they were begun. */
export const replacements = signal<readonly Replacement[]>([]);

/** What may have to be told on the way, and goes on by itself: not refused, and not over. */
export const isReplacing = ({ transfer: { state } }: Replacement): boolean =>
  ["waiting", "sending", "paused", "offline"].includes(state);

/** Keeps the screen from going dark and the page from being left by mistake, while something is sent. Once on a page. */
export function watchReplacing(): void {
  keepAwake(() =>
    replacements.value.some((one) => isReplacing(one) && one.transfer.state !== "paused"),
  );
  warnBeforeLeaving(() => replacements.peek().some(isReplacing));
}

/**
 * Sends a file in place of a photo's, in chunks (`photo/replace`, protocol 6.2): what a broken line or a closed page has left
 * is offered when the photo is looked at again (interrupted.ts), and goes on when the same file is chosen.
 */
export function startReplacing(data: ArchivePageData, photo: ReplacedPhoto, picked: Picked): void {
  const engine = createPhotoEngine(data, photo.id);
  engine.add([picked]);
  follow(engine, data, photo);
}

/** Lists the one file of an engine as the photo's replacement until it has ended; then closes the engine. */
export function follow(engine: Engine, data: ArchivePageData, photo: ReplacedPhoto): void {
  dismiss(photo.id);
  const [first] = engine.transfers();
  if (first === undefined) return engine.close();
  const arrived = () => toast(data.texts.photos.replaced);
  const show = () => {
    const transfer = engine.transfer(first.id) ?? first;
    const { state, refusal } = transfer;
    if (refusal?.code === "session_ended") sessionIsOver.value = true;
    if (state === "done") arrived();
    if (state === "done" || state === "cancelled") dismiss(photo.id);
    else put(toReplacement(photo, transfer, engine));
    if (state === "cancelled") {
      // What becomes of it must not be taken for the next file of the photo.
      stopShowing();
      void endCancelled(engine, first.id, arrived);
    } else if (state === "done" || state === "refused") engine.close();
  };
  const stopShowing = engine.onChange(show);
  show();
}

/** The server has yet to be told of a file that was cancelled, and may say that it had arrived before. */
async function endCancelled(engine: Engine, id: string, arrived: () => void): Promise<void> {
  await engine.told(id);
  if (engine.transfer(id)?.state === "done") arrived();
  engine.close();
}

function toReplacement(photo: ReplacedPhoto, transfer: Transfer, engine: Engine): Replacement {
  const { id, state } = transfer;
  return {
    photoId: photo.id,
    name: photo.name,
    transfer,
    pause: () => engine.pause(id),
    resume: () => engine.resume(id),
    retryNow: engine.retryNow,
    cancel: () => (state === "refused" ? dismiss(photo.id) : engine.cancel(id)),
  };
}

function put(replacement: Replacement): void {
  const others = replacements.peek();
  const isListed = others.some(({ photoId }) => photoId === replacement.photoId);
  replacements.value = isListed
    ? others.map((other) => (other.photoId === replacement.photoId ? replacement : other))
    : [...others, replacement];
}

function dismiss(photo: number): void {
  replacements.value = replacements.peek().filter(({ photoId }) => photoId !== photo);
}
