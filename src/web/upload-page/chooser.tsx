/** @jsxImportSource preact */
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { readInput } from "./choosing/chosen.ts";
import { describeEach, describeLimits } from "./choosing/limits.ts";
import { openPicker } from "./choosing/picker.ts";
import { acceptAttribute } from "./choosing/types.ts";
import { Remains } from "./link-words.tsx";
import { useUploadPage } from "./upload-context.ts";

/** Where files are chosen. Once there are some it makes room for them. */
export function Chooser({ over }: { over: boolean }) {
  const page = useUploadPage();
  const { data, texts, link, list, choice } = page;
  const input = useRef<HTMLInputElement>(null);
  const several = link.places.value > 1;
  const small = list.order.value.length > 0;
  const label = several ? texts.choose.files : texts.choose.file;
  return (
    <div class={`zone${small ? " small" : ""}${over ? " over" : ""}`}>
      <input
        ref={input}
        type="file"
        id="files"
        aria-label={label}
        aria-describedby="limits"
        accept={acceptAttribute(data.types)}
        multiple={several}
        onChange={({ currentTarget }) => void choice.take(readInput(currentTarget))}
        onClick={(event) => {
          if (!event.isTrusted) return;
          const opened = openPicker(
            data.types,
            several,
            (chosen) => void choice.take(chosen),
            () => input.current?.click(),
          );
          if (opened) event.preventDefault();
        }}
      />
      <Icon name="upload" />
      <span class={`pick button ${small ? "plain" : "main"}`}>{label}</span>
      <span class="drag">{several ? texts.choose.drag : texts.choose.dragOne}</span>
      {several && <FolderButton />}
      <span class="hint" id="limits">
        <span>
          {link.status.value.maxUploads === 1
            ? describeLimits({ ...data, files: 1 }, page)
            : describeEach(data, page)}
        </span>{" "}
        <Remains />
      </span>
    </div>
  );
}

/** Chooses a folder with all that is in it, where there are folders to be seen: on no phone. */
function FolderButton() {
  const { choice, texts } = useUploadPage();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current !== null) input.current.webkitdirectory = true;
  }, []);
  return (
    <span class="folder">
      <Button icon="folder" onClick={() => input.current?.click()}>
        {texts.choose.folder}
      </Button>
      <input
        ref={input}
        type="file"
        id="folder"
        hidden
        aria-label={texts.choose.folder}
        onChange={({ currentTarget }) => void choice.take(readInput(currentTarget))}
      />
    </span>
  );
}
