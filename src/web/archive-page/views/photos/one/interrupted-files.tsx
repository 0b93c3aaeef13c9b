/** @jsxImportSource preact */
import { useEffect, useState } from "preact/hooks";
import { Button, IconButton } from "../../../../kit/button.tsx";
import {
  findInterrupted,
  giveUp,
  goOnWith,
  type Interrupted,
} from "../../../replacing/interrupted.ts";
import { isReplacing, replacements } from "../../../replacing/replacements.ts";
import { nameOf } from "../photo-types.ts";
import { usePhotos } from "../photos-context.ts";
import type { FactProps } from "./fact-props.ts";
import { useFileChoice } from "./file-choice.tsx";

/**
 * Files that were on their way in place of this one when the page was closed: by one click where the browser kept them, else
 * chosen once more.
 */
export function InterruptedFiles({ photo }: Pick<FactProps, "photo">) {
  const { data, texts } = usePhotos();
  const { choose, input } = useFileChoice(photo);
  const id = photo.photo_id;
  const isSending = replacements.value.some((one) => one.photoId === id && isReplacing(one));
  const [files, setFiles] = useState<readonly Interrupted[]>([]);
  useEffect(() => {
    let isShown = true;
    setFiles([]);
    if (isSending) return undefined;
    void findInterrupted(data, id).then((found) => isShown && setFiles(found));
    return () => {
      isShown = false;
    };
  }, [id, isSending]);
  if (files.length === 0) return null;
  const forget = (file: Interrupted) => {
    setFiles(files.filter((other) => other.id !== file.id));
    void giveUp(data, id, file);
  };
  return (
    <div class="interrupted">
      {input}
      <ul aria-label={texts.interrupted}>
        {files.map((file) => (
          <InterruptedFile
            key={file.id}
            {...{ file, choose }}
            goOn={() => goOnWith(data, { id, name: nameOf(photo) }, file)}
            forget={() => forget(file)}
          />
        ))}
      </ul>
    </div>
  );
}

function InterruptedFile({
  file: { name, percent, size, canContinue },
  choose,
  goOn,
  forget,
}: {
  file: Interrupted;
  choose: () => void;
  goOn: () => Promise<boolean>;
  forget: () => void;
}) {
  const { texts, data, locale } = usePhotos();
  const { earlier, detail } = data.sending;
  const [isGone, setGone] = useState(false);
  const byHandle = canContinue && !isGone;
  return (
    <li>
      <p>
        <strong dir="auto">{name}</strong>
        <span class="hint">
          {locale.say(texts.wasUnderWay, {
            place: locale.say(detail.sent, { percent, size: locale.size(size) }),
          })}
        </span>
        {!byHandle && <span class="hint">{earlier.chooseToContinue}</span>}
      </p>
      {byHandle ? (
        <Button
          aria-label={locale.say(earlier.continueFile, { name })}
          onClick={async () => setGone(!(await goOn()))}
        >
          {earlier.continue}
        </Button>
      ) : (
        <Button aria-label={locale.say(earlier.chooseFile, { name })} onClick={choose}>
          {earlier.choose}
        </Button>
      )}
      <IconButton icon="cross" label={locale.say(earlier.forget, { name })} onClick={forget} />
    </li>
  );
}
