import { useEffect, useState } from "preact/hooks";
import { useEvents } from "../../../events.ts";
import type { WholePhoto } from "../photo-types.ts";
import { usePhotos } from "../photos-context.ts";

/** How a photo came: as `photo/origin` answers it (protocol 6). What is not known is empty; `token_id` 0 is no link. */
export type PhotoOrigin = {
  token_id: number;
  link_title: string;
  link_sender: string;
  guest_name: string;
  guest_note: string;
};

export type ShownPhoto = {
  /** Undefined until it is loaded. */
  photo: WholePhoto | undefined;
  origin: PhotoOrigin | undefined;
  /** Whether there is no such photo (any more), or the signed-in key may not see it. */
  isGone: boolean;
  problem: unknown;
  /** Loads it again. */
  again(): Promise<void>;
};

/** Loads one photo with all its fields, and again whenever an event says that it has changed. */
export function useWholePhoto(photoId: number): ShownPhoto {
  const { api, selection } = usePhotos();
  const [found, setFound] = useState<Omit<ShownPhoto, "again">>(NOTHING);
  const where = selection.state === "trash" ? { deleted_p: true } : { include_unpublished_p: true };
  const ask = async (left?: AbortSignal) => {
    try {
      const asked = { photo_id: photoId, ...where };
      const { data } = await api<WholePhoto[]>("photo/list", asked, left);
      const [photo] = data;
      setFound((last) => ({ ...last, photo, isGone: photo === undefined, problem: undefined }));
    } catch (problem) {
      if (!left?.aborted) setFound((last) => ({ ...last, problem }));
    }
  };
  useEffect(() => {
    const left = new AbortController();
    setFound(NOTHING);
    void ask(left.signal);
    api<PhotoOrigin>("photo/origin", { photo_id: photoId }, left.signal).then(
      ({ data: origin }) => setFound((last) => ({ ...last, origin })),
      () => undefined,
    );
    return () => left.abort();
  }, [photoId]);
  useEvents((event) => {
    const isIt = event.kind === "photo" && event.photo_id === photoId;
    if (isIt || event.kind === "changed") void ask();
  });
  return { ...found, again: ask };
}

const NOTHING = { photo: undefined, origin: undefined, isGone: false, problem: undefined };
