/** @jsxImportSource preact */
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { photoAddress, nameOf, type WholePhoto } from "../photo-types.ts";
import { usePhotos } from "../photos-context.ts";
import { isShowable } from "./showable.ts";

export type PictureProps = {
  photo: WholePhoto;
  /** Shown in full size, one pixel of the picture on one of the screen; otherwise fitted into the window. */
  isZoomed: boolean;
  onZoom: (zoomed: boolean) => void;
  onSwipe: (way: "next" | "previous") => void;
};

/** A finger that moves less than `SWIPE_PIXELS` has not swiped; a pointer that moves less than `STILL_PIXELS` has clicked. */
const SWIPE_PIXELS = 50;
const STILL_PIXELS = 6;

/** A picture, fitted or in full size: a click changes between both, a swipe goes to the next photo or the one before. */
export function PictureView({ photo, isZoomed, onZoom, onSwipe }: PictureProps) {
  const stage = useRef<HTMLDivElement>(null);
  // The point of the picture that was clicked, as fractions of its size: it is scrolled to the middle when the picture grows.
  const pressed = useRef({ x: 0.5, y: 0.5 });
  const from = useRef<{ x: number; y: number; left: number; top: number } | undefined>(undefined);
  useLayoutEffect(() => {
    const { current } = stage;
    if (!current || !isZoomed) return;
    current.scrollLeft = pressed.current.x * current.scrollWidth - current.clientWidth / 2;
    current.scrollTop = pressed.current.y * current.scrollHeight - current.clientHeight / 2;
    pressed.current = { x: 0.5, y: 0.5 };
  }, [isZoomed]);
  return (
    <div
      ref={stage}
      class={isZoomed ? "stage zoomed" : "stage"}
      onPointerDown={(event) => {
        const { scrollLeft: left, scrollTop: top } = event.currentTarget;
        from.current = { x: event.clientX, y: event.clientY, left, top };
      }}
      onPointerMove={(event) => {
        if (!from.current || !isZoomed || event.pointerType !== "mouse" || event.buttons !== 1)
          return;
        const { x, y, left, top } = from.current;
        event.currentTarget.scrollTo(left + x - event.clientX, top + y - event.clientY);
      }}
      onPointerUp={(event) => {
        const { x, y } = from.current ?? { x: event.clientX, y: event.clientY };
        from.current = undefined;
        const [across, down] = [event.clientX - x, event.clientY - y];
        if (Math.hypot(across, down) < STILL_PIXELS) {
          if (event.button === 0 && event.target instanceof HTMLImageElement) {
            pressed.current = partOf(event.target, event);
            onZoom(!isZoomed);
          }
        } else if (!isZoomed && Math.abs(across) > Math.max(SWIPE_PIXELS, Math.abs(down) * 1.5)) {
          onSwipe(across < 0 ? "next" : "previous");
        }
      }}
    >
      <Layers photo={photo} isZoomed={isZoomed} />
    </div>
  );
}

function partOf(image: HTMLImageElement, { clientX, clientY }: PointerEvent) {
  const box = image.getBoundingClientRect();
  return { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height };
}

/** The picture in layers: a small thumbnail, which is there at once, below a better one, and the original above when zoomed. */
function Layers({ photo, isZoomed }: { photo: WholePhoto; isZoomed: boolean }) {
  const { data } = usePhotos();
  const [isThere, setThere] = useState(false);
  const { original_width: width, original_height: height } = photo;
  const hasThumbnails = photo.thumbnails_state === "ready";
  const best = hasThumbnails
    ? photoAddress(photo, data.base, "large")
    : originalOf(photo, data.base);
  const whole = isShowable(photo) ? originalOf(photo, data.base) : best;
  const size =
    isZoomed && width && height
      ? { width: `${width / devicePixelRatio}px`, height: `${height / devicePixelRatio}px` }
      : { maxWidth: width ? `${width}px` : "", maxHeight: height ? `${height}px` : "" };
  return (
    <div class="layers" style={size}>
      {!isThere && hasThumbnails && (
        <img src={photoAddress(photo, data.base, "standard")} alt="" draggable={false} />
      )}
      <img
        class={isThere ? "there" : ""}
        src={best}
        alt={nameOf(photo)}
        draggable={false}
        onLoad={() => setThere(true)}
      />
      {isZoomed && whole !== best && <img class="there" src={whole} alt="" draggable={false} />}
    </div>
  );
}

const originalOf = (photo: WholePhoto, base: string) =>
  `${photoAddress(photo, base, "original")}&inline=1`;
