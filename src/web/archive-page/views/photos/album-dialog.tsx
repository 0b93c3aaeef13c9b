/** @jsxImportSource preact */
import { useEffect, useState } from "preact/hooks";
import { TITLE_LENGTH } from "../../../../api-limits.ts";
import { Button } from "../../../kit/button.tsx";
import { Dialog } from "../../../kit/dialog.tsx";
import { Field } from "../../../kit/field.tsx";
import { Icon } from "../../../kit/icon.tsx";
import { toast } from "../../../kit/toast.tsx";
import { useChanges } from "./changes.ts";
import type { Api } from "../../api.ts";
import type { AlbumItem } from "../../find-choices.ts";
import type { GridPhoto } from "./photo-types.ts";
import { usePhotos } from "./photos-context.ts";
import { useProblemText } from "../../problem-text.ts";

/** A dialog that puts photos into an album, an existing one or a new one. */
export function AlbumDialog({
  photos,
  onClose,
}: {
  photos: readonly GridPhoto[];
  onClose: () => void;
}) {
  const { api, texts, locale, data } = usePhotos();
  const { addToAlbum } = useChanges();
  const problemText = useProblemText();
  const [words, setWords] = useState("");
  const albums = useFoundAlbums(words);
  const title = words.trim();
  const add = (id: number, name: string) => {
    onClose();
    void addToAlbum(photos, id, name);
  };
  const addByTitle = () => {
    if (title === "") return;
    onClose();
    albumOfTitle(api, title).then(
      (id) => addToAlbum(photos, id, title),
      (error) => toast(problemText(error)),
    );
  };
  const isNew = title !== "" && !albums.some((album) => album.title === title);
  return (
    <Dialog
      heading={locale.say(texts.albumMany, { count: photos.length })}
      closeLabel={data.common.close}
      onClose={onClose}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          addByTitle();
        }}
      >
        <Field label={texts.findAlbum}>
          {(ids) => (
            <input
              {...ids}
              autoFocus
              maxLength={TITLE_LENGTH}
              value={words}
              onInput={({ currentTarget }) => setWords(currentTarget.value)}
            />
          )}
        </Field>
      </form>
      <ul class="album-choices">
        {isNew && (
          <li>
            <Button icon="plus" onClick={addByTitle}>
              {locale.say(texts.newAlbum, { title })}
            </Button>
          </li>
        )}
        {albums.map(({ album_id: id, title: name, number_of_photos: count }) => (
          <li key={id}>
            <button type="button" class="button plain" onClick={() => add(id, name)}>
              <Icon name="album" />
              <span dir="auto">{name}</span>
              <small>{locale.number(count)}</small>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

/** The id of the album of this title, which is made if there is none. What the list shows may be older than the title. */
async function albumOfTitle(api: Api, title: string): Promise<number> {
  const known = (await findAlbums(api, title)).find((album) => album.title === title);
  if (known !== undefined) return known.album_id;
  return (await api<{ album_id: number }>("album/create", { title })).data.album_id;
}

async function findAlbums(api: Api, words: string, left?: AbortSignal): Promise<AlbumItem[]> {
  const params = { search: words || undefined, include_hidden_p: true, size: 50 };
  return (await api<AlbumItem[]>("album/list", params, left)).data;
}

/** Albums with these words in their titles, the newest first; found again whenever the words change. */
function useFoundAlbums(words: string): AlbumItem[] {
  const { api } = usePhotos();
  const [albums, setAlbums] = useState<AlbumItem[]>([]);
  useEffect(() => {
    const left = new AbortController();
    findAlbums(api, words.trim(), left.signal).then(setAlbums, () => undefined);
    return () => left.abort();
  }, [words]);
  return albums;
}
