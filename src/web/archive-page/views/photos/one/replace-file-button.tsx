/** @jsxImportSource preact */
import { useRef } from "preact/hooks";
import { Button, IconButton } from "../../../../kit/button.tsx";
import { ProgressBar } from "../../../../kit/progress-bar.tsx";
import { readInput, type Chosen } from "../../../../upload-page/choosing/chosen.ts";
import { openPicker } from "../../../../upload-page/choosing/picker.ts";
import { fractionOf } from "../../../../upload-page/progress-words.ts";
import { describeReplacement } from "../../../replacing/replacement-words.ts";
import {
  isReplacing,
  replacements,
  startReplacing,
  type Replacement,
} from "../../../replacing/replacements.ts";
import { nameOf } from "../photo-types.ts";
import { usePhotos } from "../photos-context.ts";
import { InterruptedFiles } from "./interrupted-files.tsx";
import type { FactProps } from "./fact-props.ts";

/** Another file in place of this one: all that is said of the photo stays. */
export function ReplaceFile({ photo }: Pick<FactProps, "photo">) {
  const { texts, data } = usePhotos();
  const input = useRef<HTMLInputElement>(null);
  const replacement = replacements.value.find(({ photoId }) => photoId === photo.photo_id);
  if (replacement && isReplacing(replacement)) return <Replacing {...replacement} />;
  const replaced = { id: photo.photo_id, name: nameOf(photo) };
  const take = ({ picked: [first] }: Chosen) => first && startReplacing(data, replaced, first);
  // With the system's picker, where there is one, the file goes on after the page was closed without being chosen again.
  const choose = () => {
    const chooseByInput = () => input.current?.click();
    if (!openPicker([], false, take, chooseByInput)) chooseByInput();
  };
  return (
    <div class="fact-section">
      {replacement && <Refused {...replacement} />}
      <InterruptedFiles photo={replaced} choose={choose} />
      <input
        ref={input}
        type="file"
        hidden
        aria-label={texts.replace}
        onChange={({ currentTarget }) => take(readInput(currentTarget))}
      />
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
