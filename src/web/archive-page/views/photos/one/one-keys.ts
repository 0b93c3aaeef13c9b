export type OneKeys = Record<
  "close" | "previous" | "next" | "facts" | "zoom" | "remove",
  () => void
>;

const KEYS: Readonly<Record<string, keyof OneKeys>> = {
  Escape: "close",
  ArrowLeft: "previous",
  ArrowRight: "next",
  i: "facts",
  z: "zoom",
  Delete: "remove",
};

/** The keys of one photo. Fields, players and dialogs keep theirs. @returns the listener of the whole view */
export function useOneKeys(keys: OneKeys) {
  return {
    onKeyDown: (event: KeyboardEvent) => {
      const { target, key } = event;
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
      if (!(target instanceof Element) || target.closest("input, textarea, select, dialog")) return;
      if (target.closest("video, audio") && key.startsWith("Arrow")) return;
      const name = KEYS[key];
      if (!name) return;
      event.preventDefault();
      keys[name]();
    },
  };
}
