/** @jsxImportSource preact */
import { useId } from "preact/hooks";
import { ProgressBar } from "../../../kit/progress-bar.tsx";
import { useArchive } from "../../archive-context.ts";
import type { StorageShare } from "./storage-types.ts";

type Row = StorageShare & { id: number; name: string; href: string | undefined };

/** A table of albums or links with the space that each takes, the largest first. */
export function ShareTable({
  heading,
  nothing,
  total,
  rows,
}: {
  heading: string;
  nothing: string;
  /** Bytes that the rows are parts of. */
  total: number;
  rows: readonly Row[];
}) {
  const id = useId();
  return (
    <section>
      <h2 id={id}>{heading}</h2>
      {rows.length === 0 && <p class="hint">{nothing}</p>}
      {rows.length > 0 && (
        <ul class="shares" aria-labelledby={id}>
          {rows.map((row) => (
            <ShareRow key={row.id} row={row} total={total} />
          ))}
        </ul>
      )}
    </section>
  );
}

function ShareRow({ row, total }: { row: Row; total: number }) {
  const { data, locale } = useArchive();
  const { name, href, bytes, photos } = row;
  return (
    <li>
      <span class="share-name" dir="auto">
        {href === undefined ? name : <a href={href}>{name}</a>}
      </span>
      <span>{locale.size(bytes)}</span>
      <span class="hint">{locale.say(data.texts.storage.photos, { count: photos })}</span>
      <ProgressBar fraction={total === 0 ? 0 : Math.min(1, bytes / total)} label={name} />
    </li>
  );
}
