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

/** Keys while one photo is shown. Fields, players and dialogs keep their own. @returns the listener for the element around them */
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
