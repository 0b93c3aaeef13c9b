/** @jsxImportSource preact */
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../kit/button.tsx";
import { Icon } from "../kit/icon.tsx";
import { describeRefusal } from "./detail.ts";
import { useUploadPage, type UploadPage } from "./upload-context.ts";

/** More reasons than this are not told apart here: each stands beside its file. */
const MOST_REASONS = 4;
/** So many names stand beside a reason. */
const MOST_NAMES = 3;

/** What became of all files, as soon as none is under way any more. */
export function EndingCard() {
  const page = useUploadPage();
  const { ending, announcer, texts } = page;
  const card = useRef<HTMLElement>(null);
  const over = ending.over.value;
  const { good, heading, sentence } = describeEnding(page);
  const spoken = over ? `${heading}. ${sentence}` : "";
  useEffect(() => {
    if (spoken === "") return;
    announcer.say(spoken);
    card.current?.scrollIntoView({ block: "nearest" });
  }, [announcer, spoken]);
  if (!over) return null;
  return (
    <section
      ref={card}
      class={`ending ${good ? "good" : "warning"}`}
      aria-labelledby="ending-heading"
    >
      <span class="seal">
        <Icon name={good ? "check" : "alert"} />
      </span>
      <h2 id="ending-heading" tabIndex={-1}>
        {heading}
      </h2>
      {sentence !== "" && <p id="ending-sentence">{sentence}</p>}
      {!good && <Reasons />}
      {ending.returns.value.length > 0 && !ending.leaving.value && (
        <Button kind="main" onClick={ending.finish}>
          {texts.ending.finish}
        </Button>
      )}
    </section>
  );
}

function describeEnding({ list, ending, texts, locale }: UploadPage) {
  const { done, refused } = list.totals.value;
  const good = refused === 0;
  const returns = ending.returns.value.length > 0;
  const leaving = ending.leaving.value || ending.goesByItself.value;
  const next = leaving ? texts.ending.takingYouBack : texts.ending.pressFinish;
  const parts: string[] = [];
  if (good) parts.push(locale.say(texts.ending.arrived, { count: done }));
  if (returns) parts.push(next);
  const notAccepted = locale.say(texts.ending.refused, { count: refused });
  const counts = { arrived: locale.say(texts.ending.count, { count: done }), refused: notAccepted };
  const some = done === 0 ? notAccepted : locale.say(texts.ending.someRefused, counts);
  return {
    good,
    heading: good ? (returns ? texts.ending.allDone : texts.ending.thankYou) : some,
    sentence: parts.join(" "),
  };
}

/** Why files were not accepted: each reason once, with the names of its files. */
function Reasons() {
  const { list, data, texts, locale } = useUploadPage();
  const names = new Map<string, string[]>();
  for (const [id, state] of list.states.value) {
    const file = state === "refused" ? list.row(id)?.value : undefined;
    if (file === undefined) continue;
    const reason = describeRefusal(file, data, { texts, locale });
    names.set(reason, [...(names.get(reason) ?? []), file.name]);
  }
  const nameAll = (all: readonly string[]) => {
    const others = all.length - MOST_NAMES;
    if (others <= 0) return locale.list(all);
    const more = locale.say(texts.ending.others, { count: others });
    return locale.list([...all.slice(0, MOST_NAMES), more]);
  };
  return (
    <ul class="reasons">
      {[...names].slice(0, MOST_REASONS).map(([reason, all]) => (
        <li key={reason}>
          {reason} <span dir="auto">{nameAll(all)}</span>
        </li>
      ))}
    </ul>
  );
}
