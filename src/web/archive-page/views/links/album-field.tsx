/** @jsxImportSource preact */
import { useState } from "preact/hooks";
import { TITLE_LENGTH } from "../../../../api-limits.ts";
import { Combobox } from "../../../kit/combobox.tsx";
import { Field } from "../../../kit/field.tsx";
import { useArchive } from "../../archive-context.ts";
import { albumFinder } from "../../find-choices.ts";
import type { LinkFormPart } from "./link-form-part.ts";

export const NEW_ALBUM = "new";

/** The album that files of a link go into: none, one that is there, or a new one. */
export function AlbumField({ draft, change, errorOf }: LinkFormPart) {
  const { data, api, locale } = useArchive();
  const texts = data.texts.links;
  const [title, setTitle] = useState("");
  const fixed = [
    { value: "", label: texts.noAlbum },
    { value: NEW_ALBUM, label: texts.newAlbum },
  ];
  const shown = fixed.find(({ value }) => value === draft.albumId)?.label ?? title;
  return (
    <>
      <Field label={texts.album} error={errorOf("album_id")}>
        {(ids) => (
          <Combobox
            {...ids}
            label={texts.album}
            value={draft.albumId}
            shown={shown}
            fixed={fixed}
            find={albumFinder(api, locale, "editing_date")}
            offer={(words) => ({
              value: NEW_ALBUM,
              label: locale.say(data.texts.photos.newAlbum, { title: words }),
            })}
            nothing={data.texts.lists.nothingFound}
            onChoose={(albumId, chosen, words) => {
              setTitle(chosen);
              change({ albumId, newAlbum: words || draft.newAlbum });
            }}
          />
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
