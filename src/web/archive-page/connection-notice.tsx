/** @jsxImportSource preact */
import { Notice } from "../kit/notice.tsx";
import { useArchive } from "./archive-context.ts";
import { connectionLost } from "./events.ts";

/** Says that the page does not hear of what happens. All is well: nothing. */
export function ConnectionNotice() {
  const { data, locale } = useArchive();
  const texts = data.texts.frame;
  if (!connectionLost.value) return null;
  return (
    <Notice kind="warning">
      <p>{locale.say(texts.connectionLost)}</p>
    </Notice>
  );
}
