/** @jsxImportSource preact */
import { ProgressBar } from "../../../kit/progress-bar.tsx";
import { useArchive } from "../../archive-context.ts";
import type { StorageAnswer } from "./storage-types.ts";

/** How much of the disk is used and free, and what for. */
export function Disk({ storage }: { storage: StorageAnswer }) {
  const { data, locale } = useArchive();
  const texts = data.texts.storage;
  const { used, free, reserve, at } = storage;
  // The reserve (REDEEM_RESERVE) stays free, so that it does not count as room for photos.
  const room = Math.max(0, free - reserve);
  const values = { used: locale.size(used), free: locale.size(room) };
  if (at === 0) return <p role="status">{locale.say(texts.counting, values)}</p>;
  return (
    <section>
      <p class="big">{locale.say(texts.usedAndFree, values)}</p>
      <ProgressBar
        fraction={used + room === 0 ? 0 : used / (used + room)}
        label={locale.say(texts.usedAndFree, values)}
      />
      <dl class="figures">
        <Figure term={texts.originals} bytes={storage.originals} photos={storage.photos} />
        <Figure term={texts.trash} bytes={storage.trash} photos={storage.trashed_photos} />
        <Figure term={texts.thumbnails} bytes={storage.thumbnails} />
        <Figure term={texts.unfinished} bytes={storage.unfinished} />
        <Figure term={texts.reserve} bytes={reserve} />
      </dl>
      <p class="hint">{locale.say(texts.countedAt, { moment: locale.moment(at * 1000) })}</p>
    </section>
  );
}

function Figure({ term, bytes, photos }: { term: string; bytes: number; photos?: number }) {
  const { data, locale } = useArchive();
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        {locale.size(bytes)}
        {photos !== undefined && (
          <span class="hint"> {locale.say(data.texts.storage.photos, { count: photos })}</span>
        )}
      </dd>
    </div>
  );
}
