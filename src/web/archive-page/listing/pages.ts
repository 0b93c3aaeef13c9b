import { useEffect, useRef, useState } from "preact/hooks";
import { MOST_FOLLOWING } from "../../../api-limits.ts";
import type { ApiParams } from "../api.ts";
import { useArchive } from "../archive-context.ts";

/** A list of the API that is loaded page by page. */
export type Pages<Item> = {
  /** Undefined until the first answer. */
  items: readonly Item[] | undefined;
  /** Whether there are more than these. */
  isMore: boolean;
  isAsking: boolean;
  /** Why the last request failed; undefined if it did not. What was loaded before is still shown. */
  problem: unknown;
  /** Loads what is shown again; what stands behind the first 200 stays as it was. */
  reload: () => Promise<void>;
  more: () => Promise<void>;
  /** Shows an item in a changed state that is known without asking. */
  replace: (item: Item) => void;
};

type Answer<Item> = { items: Item[]; next: string };
/** What was loaded. `of`: the parameters that it was loaded with, as JSON. */
type Shown<Item> = Readonly<{ of: string; items: readonly Item[]; next: string }>;

/** How many are asked for at first. */
const FIRST = 50;

/**
 * A list of the API whose answers have `items` and `next` (protocol 6.3), loaded when the component appears and when `params` change.
 * @param first how many items are asked for at first, and with each "more"
 * @param keyOf what identifies an item
 */
export function usePages<Item>(
  method: string,
  params: ApiParams,
  keyOf: (item: Item) => string | number,
  first = FIRST,
): Pages<Item> {
  const { api } = useArchive();
  const [shown, setShown] = useState<Shown<Item>>();
  const [problem, setProblem] = useState<unknown>();
  const [asking, setAsking] = useState(0);
  /** Of the last request: answers to earlier ones are ignored. */
  const last = useRef(new AbortController());
  const wanted = JSON.stringify(params);
  const known = useRef<Shown<Item> | undefined>(undefined);
  known.current = shown?.of === wanted ? shown : undefined;

  async function ask(more: ApiParams, join: (answer: Answer<Item>) => Answer<Item>): Promise<void> {
    last.current.abort();
    const question = new AbortController();
    last.current = question;
    setAsking((count) => count + 1);
    try {
      const { data } = await api<Answer<Item>>(method, { ...params, ...more }, question.signal);
      if (question.signal.aborted) return;
      setShown({ ...join(data), of: wanted });
      setProblem(undefined);
    } catch (error) {
      if (!question.signal.aborted) setProblem(error);
    } finally {
      setAsking((count) => count - 1);
    }
  }

  const reload = () => {
    const size = Math.min(MOST_FOLLOWING, Math.max(first, known.current?.items.length ?? 0));
    return ask({ size }, (answer) => joined(answer, known.current, keyOf));
  };
  const more = () =>
    ask({ size: first, after: known.current?.next }, ({ items, next }) => ({
      items: [...(known.current?.items ?? []), ...items],
      next,
    }));
  const replace = (item: Item) => {
    setShown(
      (of) =>
        of && {
          ...of,
          items: of.items.map((one) => (keyOf(one) === keyOf(item) ? item : one)),
        },
    );
  };

  useEffect(() => {
    void reload();
    return () => last.current.abort();
  }, [method, wanted]);

  return {
    items: shown?.items,
    isMore: (shown?.next ?? "") !== "",
    isAsking: asking > 0,
    problem,
    reload,
    more,
    replace,
  };
}

/** Items that were just loaded again, followed by those that were shown behind them before. */
function joined<Item>(
  first: Answer<Item>,
  before: Shown<Item> | undefined,
  keyOf: (item: Item) => string | number,
): Answer<Item> {
  const end = first.items.at(-1);
  if (first.next === "" || before === undefined || end === undefined) return first;
  const place = before.items.findIndex((item) => keyOf(item) === keyOf(end));
  const rest = place === -1 ? [] : before.items.slice(place + 1);
  if (rest.length === 0) return first;
  return { items: [...first.items, ...rest], next: before.next };
}
