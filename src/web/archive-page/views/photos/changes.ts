import { signal } from "@preact/signals";
import type { Message } from "../../../texts/message.ts";
import { toast } from "../../../kit/toast.tsx";
import { changeManyPhotos, type ManyChanges, type ManyOutcome } from "./change-many.ts";
import { destroyPhotos } from "./destroy-many.ts";
import type { GridPhoto } from "./photo-types.ts";
import { usePhotos } from "./photos-context.ts";

/** How much of a change of many photos is done, 0 to 1; undefined if none is under way. */
export const changing = signal<number | undefined>(undefined);

/** Photos that could not be changed, with the reasons, until the dialog with them is closed. */
export const failures = signal<ManyOutcome["failed"]>([]);

/** What can be done with one photo or many. Each function shows what came of it, and unmarks the photos that it has changed. */
export function useChanges() {
  const { api, list, marked, refresh, texts, locale, data } = usePhotos();

  const carryOut = async (
    photos: readonly GridPhoto[],
    work: (onProgress: (tried: number) => void) => Promise<ManyOutcome>,
    said: Message,
    values: Readonly<Record<string, string>> = {},
    undo?: ManyChanges,
  ): Promise<void> => {
    if (photos.length === 0 || changing.value !== undefined) return;
    changing.value = 0;
    const { done, failed } = await work((tried) => (changing.value = tried / photos.length));
    changing.value = undefined;
    if (failed.length > 0) failures.value = failed;
    marked.unmark(done);
    if (done.length > 0) {
      const text = locale.say(said, { ...values, count: done.length });
      toast(
        text,
        undo && {
          label: data.common.undo,
          run: () => void change(done, undo, texts.undone),
        },
      );
    }
    for (const { photo_id: id } of done.slice(0, 100)) list.expire(id);
    if (done.length > 100) list.expire();
    await refresh();
  };

  const change = (
    photos: readonly GridPhoto[],
    changes: ManyChanges,
    said: Message,
    values?: Readonly<Record<string, string>>,
    undo?: ManyChanges,
  ): Promise<void> => {
    const work = (onProgress: (tried: number) => void) =>
      changeManyPhotos(api, photos, changes, onProgress);
    return carryOut(photos, work, said, values, undo);
  };

  return {
    remove: (photos: readonly GridPhoto[]) =>
      change(photos, { delete_p: true }, texts.deleted, {}, { restore_p: true }),
    restore: (photos: readonly GridPhoto[]) =>
      change(photos, { restore_p: true }, texts.restored, {}, { delete_p: true }),
    /** For good, which cannot be undone: `askToDestroy` asks before. */
    destroy: (photos: readonly GridPhoto[]) =>
      carryOut(photos, (onProgress) => destroyPhotos(api, photos, onProgress), texts.destroyed),
    publish: (photos: readonly GridPhoto[], publish: boolean) => {
      // Where some were as they are to be, the opposite for all would not be what was before.
      const areOthers = photos.every(({ published_p: before }) => before !== publish);
      const back = areOthers ? { publish: !publish } : undefined;
      const said = publish ? texts.nowPublished : texts.nowUnpublished;
      return change(photos, { publish }, said, {}, back);
    },
    addTags: (photos: readonly GridPhoto[], tags: string) =>
      change(photos, { add_tags: tags }, texts.tagged, {}, { remove_tags: tags }),
    addToAlbum: (photos: readonly GridPhoto[], albumId: number, title: string) => {
      const album = { title };
      const back = { remove_album_id: albumId };
      return change(photos, { add_album_id: albumId }, texts.addedToAlbum, album, back);
    },
    removeFromAlbum: (photos: readonly GridPhoto[], albumId: string) => {
      const back = { add_album_id: albumId };
      return change(photos, { remove_album_id: albumId }, texts.removedFromAlbum, {}, back);
    },
  };
}
