/** @jsxImportSource preact */
import { useEffect, useState } from "preact/hooks";
import { TITLE_LENGTH } from "../../../../api-limits.ts";
import { Field } from "../../../kit/field.tsx";
import { useArchive } from "../../archive-context.ts";
import type { LinkFormPart } from "./link-form-part.ts";

type AlbumChoice = { album_id: number; title: string };

/** How many albums are offered: nobody looks through a longer list. */
const MOST = 100;

export const NEW_ALBUM = "new";

/** Chooses the album that a link's files go into: none, one of those that were changed last, or a new one. */
export function AlbumField({ draft, change, errorOf }: LinkFormPart) {
  const { data, api } = useArchive();
  const texts = data.texts.links;
  const [albums, setAlbums] = useState<readonly AlbumChoice[]>([]);
  useEffect(() => {
    const params = { include_hidden_p: true, orderby: "editing_date", size: MOST };
    // If albums cannot be loaded, a link can still be made without one.
    api<AlbumChoice[]>("album/list", params).then(
      (answer) => setAlbums(answer.data),
      () => undefined,
    );
  }, []);
  return (
    <>
      <Field label={texts.album} error={errorOf("album_id")}>
        {(ids) => (
          <select
            {...ids}
            value={draft.albumId}
            onChange={(event) => change({ albumId: event.currentTarget.value })}
          >
            <option value="">{texts.noAlbum}</option>
            <option value={NEW_ALBUM}>{texts.newAlbum}</option>
            {albums.map(({ album_id: id, title }) => (
              <option key={id} value={String(id)}>
                {title || String(id)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {draft.albumId === NEW_ALBUM && (
        <Field label={texts.albumTitle}>
          {(ids) => (
            <input
              {...ids}
              required
              maxLength={TITLE_LENGTH}
              value={draft.newAlbum}
              onInput={(event) => change({ newAlbum: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
    </>
  );
}
