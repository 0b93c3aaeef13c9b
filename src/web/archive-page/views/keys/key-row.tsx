/** @jsxImportSource preact */
import { Button } from "../../../kit/button.tsx";
import { useArchive } from "../../archive-context.ts";
import { StateBadge } from "../../listing/state-badge.tsx";
import type { KeyItem } from "./key-types.ts";

/** One API key in the list: its name, its level, since when it exists, and a button to revoke it. */
export function KeyRow({ item, onRevoke }: { item: KeyItem; onRevoke: () => void }) {
  const { data, locale } = useArchive();
  const texts = data.texts.keys;
  const isGood = item.revoked_at === 0;
  const date = (at: number) => ({ date: locale.date(at * 1000) });
  return (
    <li class="card-row">
      <div class="card-row-head">
        <h2 dir="auto">{item.name || texts.unnamed}</h2>
        <StateBadge kind={isGood ? "good" : "bad"}>{isGood ? texts.good : texts.bad}</StateBadge>
      </div>
      <p class="row-facts">
        <span>{texts.levels[item.level]}</span>
        <span>{locale.say(texts.number, { id: String(item.key_id) })}</span>
        <span>{locale.say(texts.made, date(item.created_at))}</span>
        {!isGood && <span>{locale.say(texts.revokedOn, date(item.revoked_at))}</span>}
        {item.key_id === data.userId && <span>{texts.own}</span>}
      </p>
      {isGood && (
        <div class="actions">
          <Button kind="danger" icon="cross" onClick={onRevoke}>
            {texts.revoke}
          </Button>
        </div>
      )}
    </li>
  );
}
