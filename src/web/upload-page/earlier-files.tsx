/** @jsxImportSource preact */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Button, IconButton } from "../kit/button.tsx";
import { readInput } from "./choosing/chosen.ts";
import type { Unfinished } from "./transfer/types.ts";
import { useUploadPage } from "./upload-context.ts";

/** The files of an earlier visit: by one click where the browser kept them, else chosen once more. */
export function EarlierFiles() {
  const { earlier, texts } = useUploadPage();
  const files = earlier.files.value;
  if (files.length === 0) return null;
  const kept = files.filter(({ canContinue }) => canContinue).length;
  return (
    <section class="earlier" aria-labelledby="earlier-heading">
      <header>
        <h2 id="earlier-heading">{texts.earlier.heading}</h2>
        {kept > 1 && (
          <Button kind="main" icon="play" onClick={() => void earlier.continueAll()}>
            {texts.earlier.continueAll}
          </Button>
        )}
      </header>
      <ul aria-label={texts.earlier.heading}>
        {files.map((file) => (
          <EarlierFile key={file.id} file={file} main={kept === 1} />
        ))}
      </ul>
    </section>
  );
}

function EarlierFile({ file, main }: { file: Unfinished; main: boolean }) {
  const { earlier, choice, texts, locale } = useUploadPage();
  const gone = useSignal(false);
  const input = useRef<HTMLInputElement>(null);
  const { name, percent, size } = file;
  const byHandle = file.canContinue && !gone.value;
  const place = { percent, size: locale.size(size) };
  return (
    <li data-row data-earlier={name}>
      <span class="row-words">
        <span class="name" dir="auto">
          {name}
        </span>
        <span class="detail">
          {locale.say(texts.detail.sent, place)}
          {!byHandle && ` · ${texts.earlier.chooseToContinue}`}
        </span>
      </span>
      {byHandle ? (
        <Button
          kind={main ? "main" : "plain"}
          aria-label={locale.say(texts.earlier.continueFile, { name })}
          onClick={async () => {
            gone.value = !(await earlier.continueOne(file));
          }}
        >
          {texts.earlier.continue}
        </Button>
      ) : (
        <Button
          aria-label={locale.say(texts.earlier.chooseFile, { name })}
          onClick={() => input.current?.click()}
        >
          {texts.earlier.choose}
        </Button>
      )}
      <IconButton
        icon="cross"
        label={locale.say(texts.earlier.forget, { name })}
        onClick={() => void earlier.forget(file)}
      />
      <input
        ref={input}
        type="file"
        hidden
        aria-label={locale.say(texts.earlier.chooseFile, { name })}
        onChange={({ currentTarget }) => void choice.take(readInput(currentTarget))}
      />
    </li>
  );
}
