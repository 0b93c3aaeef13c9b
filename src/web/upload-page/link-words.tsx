/** @jsxImportSource preact */
import { Notice } from "../kit/notice.tsx";
import { useUploadPage } from "./upload-context.ts";

/** What the link still takes and until when: "3 of 8 files left, until Friday 18:00". */
export function Remains() {
  const { link, texts, locale } = useUploadPage();
  const { maxUploads, validUntil } = link.status.value;
  const until = locale.moment(validUntil);
  const left = link.places.value;
  return (
    <span class="remains">
      {maxUploads === 1
        ? locale.say(texts.remains.until, { until })
        : locale.say(texts.remains.files, { left, count: maxUploads, until })}
    </span>
  );
}

/** The link has come to its end while the page was open, and files can no longer be chosen. */
export function Closed() {
  const { link, list, texts } = useUploadPage();
  const state = link.closed.value;
  const { done, active, paused } = list.totals.value;
  // Where this page's own files have used the link up, the ending card says so already, with how many have arrived.
  if (state === undefined || (state === "used" && done > 0)) return null;
  return (
    <Notice kind="warning">
      <p>
        <strong>{texts[`${state}Heading`]}</strong>
      </p>
      <p>{active + paused > 0 && state === "expired" ? texts.goesOn : texts[`${state}Sentence`]}</p>
    </Notice>
  );
}
