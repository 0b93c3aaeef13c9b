/** @jsxImportSource preact */
import { useArchive } from "./archive-context.ts";

/**
 * Shown in place of every view once the server has answered that the session has ended: whoever signs out everywhere
 * expects that no other browser goes on showing photos.
 */
export function SignedOut() {
  const { data, locale } = useArchive();
  const texts = data.texts.frame;
  return (
    <div class="view-body">
      <h1>{locale.say(texts.signedOut)}</h1>
      <p>
        <a href={`${data.base}/archive`}>{texts.signIn}</a>
      </p>
    </div>
  );
}
