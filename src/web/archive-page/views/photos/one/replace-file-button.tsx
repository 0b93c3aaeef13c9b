/** @jsxImportSource preact */
import { Button, IconButton } from "../../../../kit/button.tsx";
import { ProgressBar } from "../../../../kit/progress-bar.tsx";
import { fractionOf } from "../../../../upload-page/progress-words.ts";
import { describeReplacement } from "../../../replacing/replacement-words.ts";
import { isReplacing, replacements, type Replacement } from "../../../replacing/replacements.ts";
import { usePhotos } from "../photos-context.ts";
import type { FactProps } from "./fact-props.ts";
import { useFileChoice } from "./file-choice.tsx";

/** Another file in place of this one: all that is said of the photo stays. */
export function ReplaceFile({ photo }: Pick<FactProps, "photo">) {
  const { texts } = usePhotos();
  const { choose, input } = useFileChoice(photo);
  const replacement = replacements.value.find(({ photoId }) => photoId === photo.photo_id);
  if (replacement && isReplacing(replacement)) return <Replacing {...replacement} />;
  return (
    <div class="fact-section">
      {replacement && <Refused {...replacement} />}
      {input}
      <Button icon="replace" onClick={choose}>
        {texts.replace}
      </Button>
    </div>
  );
}

function Replacing({ transfer, pause, resume, retryNow, cancel }: Replacement) {
  const { texts, data, locale } = usePhotos();
  const { button } = data.sending;
  const isPaused = transfer.state === "paused";
  const label = locale.say(isPaused ? button.resume : button.pause, { name: transfer.name });
  return (
    <section class="fact-section replacing" aria-label={texts.replacing}>
      <span>{texts.replacing}</span>
      <ProgressBar fraction={fractionOf(transfer)} label={texts.replacing} />
      <p class="hint">{describeReplacement(transfer, data, locale)}</p>
      <div class="replacing-buttons">
        {transfer.trouble && <Button onClick={retryNow}>{data.common.tryNow}</Button>}
        <IconButton
          icon={isPaused ? "play" : "pause"}
          label={label}
          onClick={isPaused ? resume : pause}
        />
        <Button onClick={cancel}>{data.common.cancel}</Button>
      </div>
    </section>
  );
}

function Refused({ transfer }: Replacement) {
  const { data, locale } = usePhotos();
  return (
    <p class="hint bad" role="alert">
      {describeReplacement(transfer, data, locale)}
    </p>
  );
}
