/** @jsxImportSource preact */
import { Button, IconButton } from "../kit/button.tsx";
import { ProgressBar } from "../kit/progress-bar.tsx";
import { describeDetail } from "./detail.ts";
import { fractionOf } from "./progress-words.ts";
import { FilePreview } from "./file-preview.tsx";
import type { Transfer } from "./transfer/types.ts";
import { useUploadPage } from "./upload-context.ts";

/** One file. Drawn anew with each change of its own, and of no other. */
export function FileRow({ id }: { id: string }) {
  const { list, data, texts, locale } = useUploadPage();
  const transfer = list.row(id)?.value;
  if (transfer === undefined) return null;
  const { name, path, state } = transfer;
  return (
    <li class="row" data-row data-file={name} data-state={state} tabIndex={-1}>
      <FilePreview transfer={transfer} />
      <div class="row-words">
        <span class="name" dir="auto" title={path === "" ? name : `${path}/${name}`}>
          {name}
        </span>
        <p class="detail">{describeDetail(transfer, data, { texts, locale })}</p>
      </div>
      <RowButtons transfer={transfer} />
      {isUnderWay(transfer) && <ProgressBar fraction={fractionOf(transfer)} label={name} />}
    </li>
  );
}

/** Whether the row has a progress bar: bytes of the file have gone out, or go out now. */
function isUnderWay({ state, sent }: Transfer): boolean {
  return ["sending", "paused", "offline"].includes(state) || (state === "waiting" && sent > 0);
}

function RowButtons({ transfer: { id, name, state } }: { transfer: Transfer }) {
  const { engine, list, texts, locale, announcer } = useUploadPage();
  const label = (verb: keyof typeof texts.button) => locale.say(texts.button[verb], { name });
  const say = (what: keyof typeof texts.announce) =>
    announcer.say(locale.say(texts.announce[what], { name }));
  if (state === "done") return null;
  if (state === "refused") {
    return (
      <span class="row-buttons">
        <IconButton icon="cross" label={label("remove")} onClick={() => list.remove(id)} />
      </span>
    );
  }
  if (state === "cancelled") {
    return (
      <span class="row-buttons">
        <Button
          icon="restore"
          aria-label={label("undo")}
          onClick={() => {
            engine.undoCancel(id);
            say("goesOn");
          }}
        >
          {texts.undo}
        </Button>
      </span>
    );
  }
  const paused = state === "paused";
  return (
    <span class="row-buttons">
      <IconButton
        icon={paused ? "play" : "pause"}
        label={label(paused ? "resume" : "pause")}
        onClick={() => {
          if (paused) engine.resume(id);
          else engine.pause(id);
          say(paused ? "goesOn" : "paused");
        }}
      />
      <IconButton
        icon="cross"
        label={label("cancel")}
        onClick={() => {
          engine.cancel(id);
          say("cancelled");
        }}
      />
    </span>
  );
}
