/**
 * Puts a text on the clipboard. Browsers offer their clipboard to pages of https alone; on a server in the house, which has none,
 * the text is selected in a field and copied as by hand.
 * @returns false where the browser does not do either
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard !== undefined) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // It was forbidden: perhaps not the other way.
  }
  return copyByHand(text);
}

function copyByHand(text: string): boolean {
  const focused = document.activeElement;
  // Within an open dialog: nothing outside of it can be selected.
  const place = focused?.closest("dialog") ?? document.body;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "unseen";
  place.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
