/** @jsxImportSource preact */
import { useState } from "preact/hooks";
import { Button } from "../../../../kit/button.tsx";
import { Icon } from "../../../../kit/icon.tsx";
import { downloadPhoto } from "../download.ts";
import { photoAddress, type WholePhoto } from "../photo-types.ts";
import { usePhotos } from "../photos-context.ts";
import { PictureView, type PictureProps } from "./picture.tsx";
import { noPreviewText } from "./no-preview.ts";
import { isPicture } from "./showable.ts";

/** The photo itself: a picture, a player, or why it cannot be shown. */
export function Stage(props: PictureProps) {
  const { photo } = props;
  const { texts, locale } = usePhotos();
  if (photo.video_p || photo.audio_p) return <Player photo={photo} />;
  if (isPicture(photo)) return <PictureView {...props} />;
  return <NotShown photo={photo} why={noPreviewText(photo, texts, locale)} />;
}

/** A player for video and sound. The browser requests the parts of the file that it plays. */
function Player({ photo }: { photo: WholePhoto }) {
  const { data, texts } = usePhotos();
  const [isBroken, setBroken] = useState(false);
  if (isBroken) return <NotShown photo={photo} why={texts.notPlayed} />;
  const shared = {
    controls: true,
    preload: "metadata",
    src: `${photoAddress(photo, data.base, "original")}&inline=1`,
    onError: () => setBroken(true),
  } as const;
  if (photo.audio_p) return <audio class="player" {...shared} />;
  const poster = photo.thumbnails_state === "ready" && photoAddress(photo, data.base, "large");
  return <video class="player" playsInline {...shared} {...(poster && { poster })} />;
}

function NotShown({ photo, why }: { photo: WholePhoto; why: string }) {
  const { data, texts } = usePhotos();
  return (
    <div class="not-shown">
      <Icon name={photo.video_p ? "video" : "file"} />
      <p>{why}</p>
      <Button icon="download" onClick={() => downloadPhoto(photo, data.base)}>
        {texts.download}
      </Button>
    </div>
  );
}
