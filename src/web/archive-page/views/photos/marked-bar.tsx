/** @jsxImportSource preact */
import { useState } from "preact/hooks";
import { MOST_IN_ZIP } from "../../../../api-limits.ts";
import { Icon, type IconName } from "../../../kit/icon.tsx";
import { IconButton } from "../../../kit/button.tsx";
import { ProgressBar } from "../../../kit/progress-bar.tsx";
import { AlbumDialog } from "./album-dialog.tsx";
import { changing, useChanges } from "./changes.ts";
import { askToDestroy } from "./destroy-dialog.tsx";
import { allPhotos, downloadPhoto, downloadPhotos, namedPhotos } from "./download.ts";
import type { GridPhoto } from "./photo-types.ts";
import { usePhotos } from "./photos-context.ts";
import { useProblemText } from "../../problem-text.ts";
import { TagDialog } from "./tag-dialog.tsx";
import { toast } from "../../../kit/toast.tsx";

/** Stands in place of the view's head while photos are marked: their number, and buttons for what can be done with them. */
export function MarkedBar() {
  const { texts, locale, marked } = usePhotos();
  const { asking, photos } = marked;
  const count = asking.value ?? photos.value.size;
  return (
    <header class="view-head marked-bar">
      <IconButton icon="cross" label={texts.unmark} onClick={marked.clear} />
      <h1 class="marked-count">
        <span role="status">
          {locale.say(asking.value === undefined ? texts.markedCount : texts.asking, { count })}
        </span>
      </h1>
      {changing.value === undefined ? (
        <Actions photos={[...photos.value.values()]} />
      ) : (
        <ProgressBar fraction={changing.value} label={texts.changing} />
      )}
    </header>
  );
}

function Actions({ photos }: { photos: readonly GridPhoto[] }) {
  const { api, data, texts, mayChange, selection, marked, locale } = usePhotos();
  const changes = useChanges();
  const problemText = useProblemText();
  const [dialog, setDialog] = useState<"tag" | "album" | undefined>(undefined);
  const close = () => setDialog(undefined);
  if (selection.state === "trash") {
    return (
      <div class="marked-actions">
        <Action icon="restore" label={texts.restore} run={() => void changes.restore(photos)} />
        {mayChange && (
          <Action icon="trash" label={texts.destroy} run={() => askToDestroy(photos)} />
        )}
      </div>
    );
  }
  const download = () => {
    const [only] = photos;
    if (only && photos.length === 1) return downloadPhoto(only, data.base);
    const isNamed = photos.length <= MOST_IN_ZIP.named;
    if (!isNamed && !marked.isWhole.value) {
      return toast(locale.say(texts.tooManyPicked, { most: MOST_IN_ZIP.named }));
    }
    if (photos.length > MOST_IN_ZIP.found) {
      return toast(locale.say(texts.tooMany, { most: MOST_IN_ZIP.found }));
    }
    void downloadPhotos(api, isNamed ? namedPhotos(photos) : allPhotos(selection)).then(
      ({ files }) => toast(locale.say(texts.downloading, { count: files })),
      (error) => toast(problemText(error)),
    );
  };
  const arePublished = photos.every(({ published_p: published }) => published);
  return (
    <div class="marked-actions">
      <Action icon="download" label={texts.download} run={download} />
      {mayChange && (
        <>
          <Action icon="album" label={texts.addToAlbum} run={() => setDialog("album")} />
          {selection.albumId !== "" && (
            <Action
              icon="albumOut"
              label={texts.takeOutOfAlbum}
              run={() => void changes.removeFromAlbum(photos, selection.albumId)}
            />
          )}
          <Action icon="tag" label={texts.addTags} run={() => setDialog("tag")} />
          <Action
            icon={arePublished ? "hidden" : "eye"}
            label={arePublished ? texts.unpublish : texts.publish}
            run={() => void changes.publish(photos, !arePublished)}
          />
          <Action icon="trash" label={texts.delete} run={() => void changes.remove(photos)} />
        </>
      )}
      {dialog === "tag" && <TagDialog photos={photos} onClose={close} />}
      {dialog === "album" && <AlbumDialog photos={photos} onClose={close} />}
    </div>
  );
}

/** A button with an icon; its words are shown if there is room for them. */
function Action({ icon, label, run }: { icon: IconName; label: string; run: () => void }) {
  return (
    <button type="button" class="button plain marked-action" title={label} onClick={run}>
      <Icon name={icon} />
      <span>{label}</span>
    </button>
  );
}
