/** @jsxImportSource preact */
import { Button } from "../kit/button.tsx";
import { ProgressBar } from "../kit/progress-bar.tsx";
import { describeTimeLeft } from "./progress-words.ts";
import { useUploadPage } from "./upload-context.ts";

/** All files in a line while they are under way: how many, how much, how long still, and one button for all of them. */
export function Summary() {
  const { list, engine, texts, locale } = useUploadPage();
  const { files, done, size, sent, active, paused, trouble, offline } = list.totals.value;
  if (files < 2 || active + paused === 0) return null;
  const speed = list.speed.value;
  const moves = active > 0 && trouble === undefined && !offline && speed !== undefined && speed > 0;
  const bytes = { sent: locale.size(sent), size: locale.size(size) };
  return (
    <section class="summary" aria-label={texts.summary.label}>
      <p>
        <strong>{locale.say(texts.summary.files, { done, count: files })}</strong>
        <span>{locale.say(texts.summary.bytes, bytes)}</span>
        {moves && <span>{describeTimeLeft((size - sent) / speed, { texts, locale })}</span>}
      </p>
      {active > 0 ? (
        <Button key="all" icon="pause" onClick={() => engine.pauseAll()}>
          {texts.summary.pauseAll}
        </Button>
      ) : (
        <Button key="all" icon="play" onClick={() => engine.resumeAll()}>
          {texts.summary.resumeAll}
        </Button>
      )}
      <ProgressBar fraction={size === 0 ? 0 : sent / size} label={texts.summary.label} />
    </section>
  );
}
