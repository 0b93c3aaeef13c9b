import { useEffect, useRef, useState } from "preact/hooks";

/** What can be chosen: its value, what it is called, and perhaps something that tells it from others of that name. */
export type Option = { value: string; label: string; note?: string };

/** Some of what was found. `next`: where the following ones begin; undefined where there are none. */
export type OptionPage = { options: readonly Option[]; next: string | undefined };

/** @param from the `next` of the page before; undefined for the first one. @throws when `left` says that nobody waits any more */
export type FindOptions = (
  words: string,
  from: string | undefined,
  left: AbortSignal,
) => Promise<OptionPage>;

export type FoundOptions = {
  options: readonly Option[];
  isAsking: boolean;
  /** Asks for the following ones, if there are any. */
  more(): void;
};

/** Who writes quickly asks once. */
const WRITING_MS = 120;

/** What is found by words, a page after the other. @param words undefined: nothing is looked for */
export function useFound(words: string | undefined, find: FindOptions): FoundOptions {
  const [found, setFound] = useState<Found>(NONE);
  const [isAsking, setAsking] = useState(false);
  const pages = found.pages;
  const asking = useRef<AbortController | undefined>(undefined);

  const ask = async (known: readonly OptionPage[], left: AbortController) => {
    if (words === undefined) return;
    setAsking(true);
    try {
      const page = await find(words.trim(), known.at(-1)?.next, left.signal);
      if (!left.signal.aborted) setFound({ words, pages: [...known, page] });
    } catch {
      // Nobody answered: what was found before stays, and nothing more comes until something else is written.
      if (!left.signal.aborted) setFound({ words, pages: [...known, NOTHING] });
    }
    if (asking.current === left) asking.current = undefined;
    if (!left.signal.aborted) setAsking(false);
  };
  useEffect(() => {
    if (words === undefined) return setFound(NONE);
    const left = new AbortController();
    asking.current = left;
    setAsking(true);
    const timer = setTimeout(() => void ask([], left), words === "" ? 0 : WRITING_MS);
    return () => {
      clearTimeout(timer);
      left.abort();
      asking.current?.abort();
      asking.current = undefined;
    };
  }, [words]);

  return {
    options: pages.flatMap(({ options }) => options),
    // What was found for other words stays until there is something for these.
    isAsking: isAsking || words !== found.words,
    more: () => {
      if (asking.current !== undefined || pages.at(-1)?.next === undefined) return;
      asking.current = new AbortController();
      void ask(pages, asking.current);
    },
  };
}

/** What was found so far, and by which words; undefined: nothing is looked for. */
type Found = { words: string | undefined; pages: readonly OptionPage[] };

const NONE: Found = { words: undefined, pages: [] };
const NOTHING: OptionPage = { options: [], next: undefined };
