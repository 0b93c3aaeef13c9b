import { drawIcon, type IconKind } from "./icons.ts";
import { percent } from "../kit/locale.ts";

export type RowState = "waiting" | "sending" | "paused" | "done" | "refused";

export type Row = {
  element: HTMLLIElement;
  show(state: RowState, fraction: number, detail: string): void;
};

export type RowActions = { pause(): void; resume(): void; remove(): void };

/** One file in the list. Its buttons stay the same elements, so that the focus stays on them. */
export function createRow(name: string, actions: RowActions): Row {
  const element = document.createElement("li");
  element.dataset["file"] = name;
  element.tabIndex = -1;

  const mark = document.createElement("span");
  mark.className = "mark";
  const title = document.createElement("span");
  title.className = "name";
  // Direction of its own: a right-to-left name must not turn the line around.
  title.dir = "auto";
  title.textContent = name;
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.setAttribute("aria-label", name);
  const detail = document.createElement("p");
  detail.className = "detail";
  const toggle = createButton();
  const remove = createButton();
  const buttons = document.createElement("span");
  buttons.className = "buttons";
  buttons.append(toggle, remove);
  element.append(mark, title, buttons, bar, detail);

  let shown: RowState | undefined;
  toggle.addEventListener("click", () => {
    if (shown === "paused") actions.resume();
    else actions.pause();
  });
  remove.addEventListener("click", actions.remove);

  const change = (state: RowState) => {
    const hadFocus = element.contains(document.activeElement);
    element.dataset["state"] = state;
    mark.replaceChildren(drawIcon(markOf[state]));
    const over = state === "done" || state === "refused";
    bar.hidden = over;
    toggle.hidden = over;
    label(toggle, state === "paused" ? "Resume" : "Pause", name);
    remove.hidden = state === "done";
    label(remove, state === "refused" ? "Remove" : "Cancel", name);
    // The button that had it may be gone: the focus must not fall back to the page's start.
    if (hadFocus && over) (state === "refused" ? remove : element).focus();
  };

  return {
    element,
    show(state, fraction, text) {
      if (state !== shown) change(state);
      shown = state;
      bar.value = percent(fraction);
      if (detail.textContent !== text) detail.textContent = text;
    },
  };
}

const markOf: Record<RowState, IconKind> = {
  waiting: "file",
  sending: "file",
  paused: "file",
  done: "check",
  refused: "alert",
};

function createButton(): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  return button;
}

function label(button: HTMLButtonElement, verb: string, name: string): void {
  const icons: Record<string, IconKind> = { Pause: "pause", Resume: "play" };
  button.className = verb.toLowerCase();
  button.setAttribute("aria-label", `${verb} ${name}`);
  button.title = verb;
  if (verb === "Remove") button.replaceChildren(verb);
  else button.replaceChildren(drawIcon(icons[verb] ?? "cross"));
}
