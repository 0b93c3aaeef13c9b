/** @jsxImportSource preact */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { FieldIds } from "./field.tsx";
import { useFound, type FindOptions, type Option } from "./found-options.ts";
import { Icon } from "./icon.tsx";

/**
 * A field whose value is chosen from a list that is too long to be shown: what is written finds (ARIA's combobox with a list). The list
 * opens below it, and is scrolled through by Down and Up as far as there is something.
 */
export function Combobox({
  value,
  shown,
  fixed,
  find,
  offer,
  nothing,
  label,
  onChoose,
  ...ids
}: FieldIds & {
  value: string;
  /** What the chosen one is called. */
  shown: string;
  /** Stand first as long as nothing is written, such as the one that takes the choice back. */
  fixed: readonly Option[];
  find: FindOptions;
  /** What else can be chosen by words that are nobody's name, such as a new one of that name. */
  offer?: (words: string) => Option;
  /** Says that nothing was found. */
  nothing: string;
  label: string;
  /** @param words what was written, without spaces around it */
  onChoose: (value: string, label: string, words: string) => void;
}) {
  /** undefined: the list is closed, and the chosen one is shown. */
  const [words, setWords] = useState<string | undefined>(undefined);
  const [active, setActive] = useState(-1);
  const listId = useId();
  const list = useRef<HTMLUListElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const isOpen = words !== undefined;
  const found = useFound(words, find);
  const written = words?.trim() ?? "";
  // While it is being asked nobody knows yet that there is none of that name.
  const isOffered =
    written !== "" && !found.isAsking && !found.options.some((option) => option.label === written);
  const options = [
    ...(words === "" ? fixed : []),
    ...found.options,
    ...(isOffered && offer !== undefined ? [offer(written)] : []),
  ];
  const hasList = isOpen && options.length > 0;
  const optionId = (at: number) => `${listId}-${at}`;

  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
    if (isOpen && active >= options.length - 1) found.more();
  }, [active, options.length]);

  // What is written next takes the place of the chosen one's name.
  useEffect(() => {
    if (!isOpen && document.activeElement === input.current) input.current?.select();
  }, [isOpen]);

  const write = (to: string | undefined) => {
    setWords(to);
    setActive(to ? 0 : -1);
  };
  const choose = (option: Option | undefined) => {
    if (option === undefined) return;
    write(undefined);
    onChoose(option.value, option.label, written);
  };
  const move = (by: number) => {
    if (!isOpen) return write("");
    setActive(Math.max(0, Math.min(options.length - 1, active + by)));
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    ...(isOpen && {
      PageDown: () => move(8),
      PageUp: () => move(-8),
      Enter: () => choose(options[active]),
      Escape: () => write(undefined),
    }),
  };

  return (
    <div class="combobox">
      <div class="combobox-field">
        <input
          {...ids}
          ref={input}
          role="combobox"
          autocomplete="off"
          spellcheck={false}
          dir="auto"
          maxLength={200}
          aria-autocomplete="list"
          aria-expanded={hasList}
          aria-controls={hasList ? listId : undefined}
          aria-activedescendant={hasList && options[active] ? optionId(active) : undefined}
          value={words ?? shown}
          placeholder={isOpen ? shown : undefined}
          onClick={() => {
            if (!isOpen) write("");
          }}
          onInput={({ currentTarget }) => write(currentTarget.value)}
          onFocus={({ currentTarget }) => currentTarget.select()}
          onBlur={() => write(undefined)}
          onKeyDown={(event) => {
            const run = keys[event.key];
            if (run === undefined) return;
            event.preventDefault();
            // Escape closes the list alone, not what the field is in.
            event.stopPropagation();
            run();
          }}
        />
        <Icon name="down" />
      </div>
      {hasList && (
        <ul
          ref={list}
          id={listId}
          role="listbox"
          aria-label={label}
          aria-busy={found.isAsking}
          onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
            if (scrollHeight - scrollTop < 2 * clientHeight) found.more();
          }}
          // The field keeps the focus, so that the list stays open while it is scrolled and pressed.
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
        >
          {options.map((option, at) => (
            <li
              key={option.value}
              id={optionId(at)}
              role="option"
              aria-selected={option.value === value}
              class={at === active ? "active" : ""}
              onClick={() => choose(option)}
            >
              <span dir="auto">{option.label}</span>
              {option.note !== undefined && <small>{option.note}</small>}
            </li>
          ))}
        </ul>
      )}
      <p class="hint" role="status">
        {isOpen && options.length === 0 && !found.isAsking ? nothing : ""}
      </p>
    </div>
  );
}
