/** @jsxImportSource preact */
import { placeOf } from "../../../place.ts";
import { usePhotos } from "../photos-context.ts";
import type { PhotoOrigin } from "./whole-photo.ts";

/** How the photo came: by which link, and the name and note that the guest gave. */
export function OriginFacts({ origin }: { origin: PhotoOrigin | undefined }) {
  const { texts, locale } = usePhotos();
  if (!origin) return null;
  const { token_id: id, link_title: title, guest_name: name, guest_note: note } = origin;
  if (id === 0 && name === "" && note === "") return null;
  return (
    <section class="fact-section">
      {name !== "" && <h2 dir="auto">{locale.say(texts.from, { name })}</h2>}
      {note !== "" && (
        <blockquote class="one-text" dir="auto">
          {note}
        </blockquote>
      )}
      {id > 0 && (
        <p class="fact-link">
          {texts.byLink}{" "}
          <a href={placeOf("photos", { token_id: String(id) })} dir="auto">
            {title || `#${id}`}
          </a>
        </p>
      )}
    </section>
  );
}
