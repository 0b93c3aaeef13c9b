/** @jsxImportSource preact */
import { readFailure } from "../../../../callback-failures.ts";
import { Button } from "../../../kit/button.tsx";
import type { Locale } from "../../../kit/locale.ts";
import { toast } from "../../../kit/toast.tsx";
import type { ArchiveTexts } from "../../../texts/texts.ts";
import { useArchive } from "../../archive-context.ts";
import { StateBadge, type BadgeKind } from "../../listing/state-badge.tsx";
import { placeOf } from "../../place.ts";
import { useProblemText } from "../../problem-text.ts";
import { useSending } from "../../sending.ts";
import type { CallbackItem, CallbackState } from "./callback-types.ts";

const KINDS: Readonly<Record<CallbackState, BadgeKind>> = {
  pending: "warning",
  delivered: "good",
  "given-up": "bad",
};

/** What comes within this time is said as "in 5 minutes": the time of day would be that of the next minutes. */
const SOON_SECONDS = 3600;

/** One callback in the list: what it tells and to which address, its state, its last error, and a button to make it now. */
export function CallbackRow({
  item,
  now,
  onRetried,
}: {
  item: CallbackItem;
  /** Milliseconds since 1970. */
  now: number;
  onRetried: () => void;
}) {
  const { data, locale } = useArchive();
  const texts = data.texts.callbacks;
  return (
    <li class="card-row">
      <div class="card-row-head">
        <h2>{texts.events[item.event]}</h2>
        <StateBadge kind={KINDS[item.state]}>{texts.states[item.state]}</StateBadge>
      </div>
      <p class="row-facts">
        {factsOf(item, now, data.texts, locale).map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </p>
      {item.last_error !== "" && item.state !== "delivered" && (
        <p class="last-error">
          {locale.say(texts.lastError, { error: errorOf(item, data.texts, locale) })}
        </p>
      )}
      <div class="actions">
        {item.state !== "delivered" && <RetryButton id={item.delivery_id} onRetried={onRetried} />}
        {item.photo_id !== 0 && (
          <a class="button plain" href={placeOf("photos", { photo: String(item.photo_id) })}>
            {locale.say(texts.photo, { id: String(item.photo_id) })}
          </a>
        )}
      </div>
    </li>
  );
}

function RetryButton({ id, onRetried }: { id: string; onRetried: () => void }) {
  const { data, api } = useArchive();
  const write = useProblemText();
  const { isSending, send } = useSending(async () => {
    try {
      await api("delivery/retry", { delivery_id: id });
      toast(data.texts.callbacks.retried);
      onRetried();
    } catch (error) {
      toast(write(error));
    }
  });
  return (
    <Button icon="restore" disabled={isSending} onClick={send}>
      {data.texts.callbacks.retry}
    </Button>
  );
}

/** In the page's language; a rarer failure in the server's words. */
function errorOf({ last_error: words }: CallbackItem, { callbacks }: ArchiveTexts, locale: Locale) {
  const read = readFailure(words);
  return read ? locale.say(callbacks.failures[read.failure], read.values) : words;
}

function factsOf(
  item: CallbackItem,
  now: number,
  { callbacks: texts }: ArchiveTexts,
  locale: Locale,
): string[] {
  const moment = (at: number) => ({ moment: locale.moment(at * 1000) });
  const facts = [locale.say(texts.to, { host: item.host })];
  if (item.state === "delivered") facts.push(locale.say(texts.delivered, moment(item.closed_at)));
  else if (item.state === "given-up") {
    facts.push(locale.say(texts.tried, { count: item.attempts }));
    facts.push(locale.say(texts.givenUp, moment(item.closed_at)));
  } else {
    facts.push(locale.say(texts.tried, { count: item.attempts }));
    const seconds = item.next_at - now / 1000;
    facts.push(
      seconds < SOON_SECONDS
        ? locale.say(texts.nextSoon, { when: locale.inTime(seconds) })
        : locale.say(texts.next, moment(item.next_at)),
    );
  }
  return facts;
}
