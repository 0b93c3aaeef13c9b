import { copyText } from "../../../../kit/copy.ts";
import { toast } from "../../../../kit/toast.tsx";
import type { ApiParams } from "../../../api.ts";
import { useChanges } from "../changes.ts";
import { askToDestroy } from "../destroy-dialog.tsx";
import { downloadPhoto } from "../download.ts";
import { usePhotos } from "../photos-context.ts";
import { useProblemText } from "../../../problem-text.ts";
import type { Neighbours } from "./neighbours.ts";
import type { ShownPhoto } from "./whole-photo.ts";

export type OneActions = {
  download(): void;
  copyLink(): Promise<void>;
  /** Puts it into the trash; in the trash, asks whether it is to be removed for good. */
  remove(): void;
  restore(): void;
  /** Changes its title, description, tags, albums or publishing (`photo/update`). @returns whether it was done */
  update(changes: ApiParams): Promise<boolean>;
};

/** What can be done with the photo that is shown alone. Each function shows why it failed, if it did. */
export function useOneActions(shown: ShownPhoto, { next, previous }: Neighbours): OneActions {
  const { api, data, list, open, mayChange, selection } = usePhotos();
  const { photo, again } = shown;
  const changes = useChanges();
  const problemText = useProblemText();
  const isInTrash = selection.state === "trash";

  /** After the photo was deleted or restored: shows the next one, or the one before, or the grid. */
  const leave = () => open((next ?? previous)?.photo_id);

  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      toast(problemText(error));
      return false;
    }
  };

  return {
    download: () => photo && downloadPhoto(photo, data.base),
    copyLink: async () => {
      if (!photo) return;
      const address = new URL(photo.one, location.origin).href;
      if (await copyText(address)) toast(data.common.copied);
    },
    remove: () => {
      if (!photo || !mayChange) return;
      if (isInTrash) return askToDestroy([photo], leave);
      leave();
      void changes.remove([photo]);
    },
    restore: () => {
      if (!photo) return;
      leave();
      void changes.restore([photo]);
    },
    update: async (said) => {
      if (!photo) return false;
      const asked = { photo_id: photo.photo_id, ...said };
      const isDone = await attempt(() => api("photo/update", asked));
      if (isDone) {
        list.expire(photo.photo_id);
        await again();
      }
      return isDone;
    },
  };
}
