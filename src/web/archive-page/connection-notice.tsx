/** @jsxImportSource preact */
import { Notice } from "../kit/notice.tsx";
import { sessionIsOver } from "./api.ts";
import { useArchive } from "./archive-context.ts";
import { connectionLost } from "./events.ts";

/** Says that the page does not hear of what happens, or that somebody is signed out. All is well: nothing. */
export function ConnectionNotice() {
  const { data, locale } = useArchive();
  const texts = data.texts.frame;
  if (!sessionIsOver.value && !connectionLost.value) return null;
  return (
    <div class="frame-notice">
      <Notice kind="warning">
        {sessionIsOver.value ? (
          <p>
            {locale.say(texts.signedOut)} <a href={`${data.base}/archive`}>{texts.signIn}</a>
          </p>
        ) : (
          <p>{locale.say(texts.connectionLost)}</p>
        )}
      </Notice>
    </div>
  );
}
