/** @jsxImportSource preact */
import { percent } from "../../kit/locale.ts";
import { ProgressBar } from "../../kit/progress-bar.tsx";
import { useArchive } from "../archive-context.ts";
import type { UnderWayItem } from "./under-way.ts";

/** Files under way, each with how much of it has arrived. */
export function UnderWayList({ items, label }: { items: readonly UnderWayItem[]; label: string }) {
  return (
    <ul class="under-way" aria-label={label}>
      {items.map((item) => (
        <UnderWayFile key={item.upload_id} item={item} />
      ))}
    </ul>
  );
}

function UnderWayFile({ item }: { item: UnderWayItem }) {
  const { locale } = useArchive();
  const { filename, received, size } = item;
  return (
    <li>
      <span class="under-way-name" dir="auto">
        {filename}
      </span>
      <span class="hint">{useProgressWords(item)}</span>
      {size > received && received > 0 && (
        <ProgressBar
          fraction={received / size}
          label={`${filename}: ${locale.number(percent(received / size))} %`}
        />
      )}
    </li>
  );
}

function useProgressWords({ state, received, size }: UnderWayItem): string {
  const { data, locale } = useArchive();
  const texts = data.texts.lists;
  if (state === "finalizing") return texts.finalizing;
  const values = { received: locale.size(received), size: locale.size(size) };
  if (state === "lapsed") return locale.say(texts.interrupted, values);
  return size > 0 ? locale.say(texts.receivedOf, values) : texts.receiving;
}
