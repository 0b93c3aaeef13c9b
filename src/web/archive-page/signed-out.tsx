/** @jsxImportSource preact */
import { useArchive } from "./archive-context.ts";

/**
 * In the place of every view, once the server has said that nobody is signed in any more: whoever signs out everywhere
 * expects that another browser shows no photo either.
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
