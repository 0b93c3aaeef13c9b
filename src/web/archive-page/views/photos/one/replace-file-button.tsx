/** @jsxImportSource preact */
import { useRef } from "preact/hooks";
import { Button } from "../../../../kit/button.tsx";
import { ProgressBar } from "../../../../kit/progress-bar.tsx";
import { usePhotos } from "../photos-context.ts";
import type { OneActions } from "./one-actions.ts";

/** Another file in place of this one: all that is said of the photo stays. */
export function ReplaceFile({ actions }: { actions: OneActions }) {
  const { texts, data } = usePhotos();
  const input = useRef<HTMLInputElement>(null);
  const { replacing } = actions;
  if (replacing) {
    return (
      <div class="replacing" role="status">
        <span>{texts.replacing}</span>
        <ProgressBar fraction={replacing.fraction} label={texts.replacing} />
        <Button onClick={replacing.stop}>{data.common.cancel}</Button>
      </div>
    );
  }
  return (
    <div class="fact-section">
      <input
        ref={input}
        type="file"
        hidden
        aria-label={texts.replace}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          currentTarget.value = "";
          if (file) void actions.replace(file);
        }}
      />
      <Button icon="replace" onClick={() => input.current?.click()}>
        {texts.replace}
      </Button>
    </div>
  );
}
