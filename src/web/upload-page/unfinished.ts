import type { Memory } from "./remember.ts";

/** The files begun on an earlier visit, until they are chosen again or given up. */
export function showUnfinished(
  list: HTMLElement,
  memory: Memory,
  isListed: (id: string) => boolean,
): void {
  const files = memory.list().filter((file) => !isListed(file.id));
  // Asked twice a second: the same again must not take the focus from the buttons.
  const shown = JSON.stringify(files);
  if (list.dataset["shown"] === shown) return;
  list.dataset["shown"] = shown;
  list.hidden = files.length === 0;
  list.replaceChildren(
    ...files.map((file) => {
      const item = document.createElement("li");
      const name = document.createElement("b");
      name.dir = "auto";
      name.textContent = file.name;
      const text = document.createElement("span");
      text.append("You had started: ", name, ` (${file.percent} %). Choose it again to continue.`);
      const forget = document.createElement("button");
      forget.type = "button";
      forget.textContent = "Forget";
      forget.setAttribute("aria-label", `Forget ${file.name}`);
      forget.addEventListener("click", () => {
        memory.forget(file.id);
        showUnfinished(list, memory, isListed);
        document.getElementById("files")?.focus();
      });
      item.append(text, forget);
      return item;
    }),
  );
}
