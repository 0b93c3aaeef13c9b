/** @jsxImportSource preact */
import { useEffect, useRef, useState } from "preact/hooks";
import { IconButton } from "../../../../kit/button.tsx";
import { Notice } from "../../../../kit/notice.tsx";
import { nameOf } from "../photo-types.ts";
import { usePhotos } from "../photos-context.ts";
import { useProblemText } from "../../../problem-text.ts";
import { Facts } from "./facts.tsx";
import { useNeighbours } from "./neighbours.ts";
import { OneHead } from "./one-head.tsx";
import { useOneKeys } from "./one-keys.ts";
import { Stage } from "./stage.tsx";
import { useOneActions } from "./one-actions.ts";
import { useWholePhoto } from "./whole-photo.ts";

/** One photo over the whole window, with its facts and what can be done with it. */
export function OnePhoto({ photoId }: { photoId: number }) {
  const { texts, open } = usePhotos();
  const problemText = useProblemText();
  const whole = useRef<HTMLDivElement>(null);
  const shown = useWholePhoto(photoId);
  const { photo, isGone, problem } = shown;
  const neighbours = useNeighbours(photoId, photo);
  const [isZoomed, setZoomed] = useState(false);
  const [hasFacts, setFacts] = useState(() => matchMedia("(width > 64rem)").matches);
  const lead = (to: { photo_id: number } | undefined) => {
    if (!to) return;
    setZoomed(false);
    open(to.photo_id);
  };
  const actions = useOneActions(shown, neighbours);
  useCover(whole);
  const keys = useOneKeys({
    close: () => open(undefined),
    previous: () => lead(neighbours.previous),
    next: () => lead(neighbours.next),
    facts: () => setFacts(!hasFacts),
    zoom: () => setZoomed(!isZoomed),
    remove: actions.remove,
  });
  useEffect(() => {
    if (isGone) open(undefined);
  }, [isGone]);
  return (
    <div
      ref={whole}
      class={hasFacts ? "one with-facts" : "one"}
      role="dialog"
      aria-modal
      aria-label={photo ? nameOf(photo) : texts.loading}
      tabIndex={-1}
      {...keys}
    >
      <OneHead
        photo={photo}
        place={neighbours.index}
        hasFacts={hasFacts}
        onFacts={() => setFacts(!hasFacts)}
        isZoomed={isZoomed}
        onZoom={() => setZoomed(!isZoomed)}
        actions={actions}
      />
      <div class="one-view">
        {photo && (
          <Stage
            key={`${photo.photo_id} ${photo.original_version}`}
            photo={photo}
            isZoomed={isZoomed}
            onZoom={setZoomed}
            onSwipe={(way) => lead(way === "next" ? neighbours.next : neighbours.previous)}
          />
        )}
        {problem !== undefined && <Notice kind="warning">{problemText(problem)}</Notice>}
        {neighbours.previous && (
          <span class="one-side previous">
            <IconButton
              icon="left"
              label={texts.previous}
              onClick={() => lead(neighbours.previous)}
            />
          </span>
        )}
        {neighbours.next && (
          <span class="one-side next">
            <IconButton icon="right" label={texts.next} onClick={() => lead(neighbours.next)} />
          </span>
        )}
      </div>
      {hasFacts && photo && (
        <aside class="one-facts" aria-label={texts.facts}>
          <Facts key={photo.photo_id} photo={photo} shown={shown} actions={actions} />
        </aside>
      )}
    </div>
  );
}

/** Makes the page below inert and unscrollable while the photo covers it, and gives the photo the focus. */
function useCover(whole: { readonly current: HTMLDivElement | null }): void {
  useEffect(() => {
    const head = document.querySelector<HTMLElement>(".frame-head");
    const { style } = document.documentElement;
    if (head) head.inert = true;
    style.overflow = "hidden";
    whole.current?.focus();
    return () => {
      if (head) head.inert = false;
      style.overflow = "";
    };
  }, []);
}
