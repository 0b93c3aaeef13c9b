/** @jsxImportSource preact */
import { IconButton } from "../../kit/button.tsx";
import { Notice } from "../../kit/notice.tsx";
import { ProgressBar } from "../../kit/progress-bar.tsx";
import { fractionOf } from "../../upload-page/progress-words.ts";
import { useArchive } from "../archive-context.ts";
import { place, placeOf } from "../place.ts";
import { describeReplacement } from "./replacement-words.ts";
import { isReplacing, replacements, type Replacement } from "./replacements.ts";

/** What is being sent in place of photos' files, for who looks at something else meanwhile. */
export function ReplacingNotice() {
  // The photo itself says it among its facts.
  const opened = place.value.params.get("photo");
  const others = replacements.value.filter(({ photoId }) => String(photoId) !== opened);
  return (
    <>
      {others.map((replacement) => (
        <OneNotice key={replacement.photoId} replacement={replacement} />
      ))}
    </>
  );
}

function OneNotice({ replacement }: { replacement: Replacement }) {
  const { data, locale } = useArchive();
  const { photoId, name, transfer } = replacement;
  const goesOn = isReplacing(replacement);
  return (
    <Notice kind={goesOn && transfer.trouble === undefined ? "info" : "warning"}>
      <div class="replacing-notice">
        <a href={placeOf("photos", { photo: String(photoId) })} dir="auto">
          {name}
        </a>
        {!goesOn && (
          <IconButton icon="cross" label={data.common.close} onClick={replacement.cancel} />
        )}
        <span aria-live="off">{describeReplacement(transfer, data, locale)}</span>
        {goesOn && (
          <ProgressBar fraction={fractionOf(transfer)} label={data.texts.photos.replacing} />
        )}
      </div>
    </Notice>
  );
}
