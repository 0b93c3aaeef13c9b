/** @jsxImportSource preact */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Button } from "../kit/button.tsx";
import { Notice } from "../kit/notice.tsx";
import type { Trouble } from "./transfer/types.ts";
import { useUploadPage } from "./upload-context.ts";

/** What stands in the way at this moment: no network, a server that cannot take anything or does not answer, no use of the link that is free. */
export function StateNotices() {
  const { list, link, choice, texts } = useUploadPage();
  const online = useOnline();
  const { trouble, waitForUse } = list.totals.value;
  return (
    <>
      {!online && <Notice kind="warning">{texts.notice.offline}</Notice>}
      {online && trouble && <NothingGetsThrough trouble={trouble} />}
      {(link.busy.value || waitForUse > 0) && <Notice kind="warning">{texts.notice.noUse}</Notice>}
      {choice.reading.value && <Notice kind="info">{texts.choice.reading}</Notice>}
      {choice.note.value !== "" && <Notice kind="info">{choice.note.value}</Notice>}
    </>
  );
}

function NothingGetsThrough({ trouble }: { trouble: Trouble }) {
  const { engine, list, texts, data } = useUploadPage();
  const { retryAt } = list.totals.value;
  return (
    <Notice kind="warning">
      <p>{trouble === "silent" ? data.common.noAnswer : texts.notice[trouble]}</p>
      {/* A number that falls each second is nothing to be read out. */}
      <p aria-hidden="true" class="countdown">
        {retryAt === undefined ? texts.notice.trying : <Countdown to={retryAt} />}
      </p>
      <Button onClick={() => engine.retryNow()}>{data.common.tryNow}</Button>
    </Notice>
  );
}

/** `to`: Unix milliseconds. */
function Countdown({ to }: { to: number }) {
  const { texts, locale } = useUploadPage();
  const seconds = useSignal(secondsTo(to));
  useEffect(() => {
    seconds.value = secondsTo(to);
    const timer = setInterval(() => {
      seconds.value = secondsTo(to);
    }, 250);
    return () => clearInterval(timer);
  }, [to, seconds]);
  if (seconds.value <= 0) return <>{texts.notice.trying}</>;
  return <>{locale.say(texts.notice.nextAttempt, { count: seconds.value })}</>;
}

const secondsTo = (moment: number) => Math.max(0, Math.ceil((moment - Date.now()) / 1000));

function useOnline(): boolean {
  const online = useSignal(navigator.onLine);
  useEffect(() => {
    const look = () => {
      online.value = navigator.onLine;
    };
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, [online]);
  return online.value;
}
