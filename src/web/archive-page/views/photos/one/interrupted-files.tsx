/** @jsxImportSource preact */
import { useEffect, useState } from "preact/hooks";
import { Button, IconButton } from "../../../../kit/button.tsx";
import {
  findInterrupted,
  giveUp,
  goOnWith,
  type Interrupted,
} from "../../../replacing/interrupted.ts";
import type { ReplacedPhoto } from "../../../replacing/replacements.ts";
import { usePhotos } from "../photos-context.ts";

/**
 * Files that were on their way in place of a photo's when the page was closed: by one click where the browser kept them, else
 * chosen once more.
 * @param choose opens the picker of files
 */
export function InterruptedFiles({ photo, choose }: { photo: ReplacedPhoto; choose: () => void }) {
  const { data, texts } = usePhotos();
  const [files, setFiles] = useState<readonly Interrupted[]>([]);
  useEffect(() => {
    let isShown = true;
    void findInterrupted(data, photo.id).then((found) => isShown && setFiles(found));
    return () => {
      isShown = false;
    };
  }, [photo.id]);
  if (files.length === 0) return null;
  const forget = (file: Interrupted) => {
    setFiles(files.filter(({ id }) => id !== file.id));
    void giveUp(data, photo.id, file);
  };
  return (
    <ul class="interrupted" aria-label={texts.interrupted}>
      {files.map((file) => (
        <InterruptedFile
          key={file.id}
          {...{ file, choose }}
          goOn={() => goOnWith(data, photo, file)}
          forget={() => forget(file)}
        />
      ))}
    </ul>
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
          {!byHandle && ` · ${earlier.chooseToContinue}`}
        </span>
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
