/** @jsxImportSource preact */
import { useEffect, useState } from "preact/hooks";
import { Button, IconButton } from "../../../../kit/button.tsx";
import { placeOf } from "../../../place.ts";
import { AlbumDialog } from "../album-dialog.tsx";
import type { AlbumItem } from "../../../find-choices.ts";
import { usePhotos } from "../photos-context.ts";
import type { FactProps } from "./fact-props.ts";

/** The albums that the photo is in, each a link to the album's photos. */
export function AlbumsField({ photo, actions, mayEdit }: FactProps) {
  const { texts, locale } = usePhotos();
  const [isChoosing, setChoosing] = useState(false);
  const albums = useAlbumsOf(photo.photo_id, photo.album_id);
  const ids = photo.album_id.split(",").filter(Boolean);
  if (!mayEdit && albums.length === 0) return null;
  return (
    <section class="fact-section">
      <h2>{texts.albums}</h2>
      <ul class="chips">
        {albums.map(({ album_id: id, title }) => (
          <li key={id} class="chip">
            <a href={placeOf("photos", { album_id: String(id) })} dir="auto">
              {title}
            </a>
            {mayEdit && (
              <IconButton
                icon="cross"
                label={locale.say(texts.takeAway, { name: title })}
                onClick={() =>
                  void actions.update({
                    album_id: ids.filter((one) => one !== String(id)).join(","),
                  })
                }
              />
            )}
          </li>
        ))}
        {mayEdit && (
          <li>
            <Button icon="plus" onClick={() => setChoosing(true)}>
              {texts.addToAlbum}
            </Button>
          </li>
        )}
      </ul>
      {isChoosing && <AlbumDialog photos={[photo]} onClose={() => setChoosing(false)} />}
    </section>
  );
}

/** The photo's albums with their titles. @param albumIds their ids: when they change, the albums are loaded again */
function useAlbumsOf(photoId: number, albumIds: string): AlbumItem[] {
  const { api } = usePhotos();
  const [albums, setAlbums] = useState<AlbumItem[]>([]);
  useEffect(() => {
    if (albumIds === "") return setAlbums([]);
    const left = new AbortController();
    const params = { photo_id: photoId, include_hidden_p: true, size: 100 };
    api<AlbumItem[]>("album/list", params, left.signal).then(
      ({ data }) => setAlbums(data),
      () => undefined,
    );
    return () => left.abort();
  }, [photoId, albumIds]);
  return albums;
}
