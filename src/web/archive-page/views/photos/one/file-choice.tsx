/** @jsxImportSource preact */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { startReplacing } from "../../../replacing/replacements.ts";
import { readInput, type Chosen } from "../../../../upload-page/choosing/chosen.ts";
import { openPicker } from "../../../../upload-page/choosing/picker.ts";
import { nameOf, type WholePhoto } from "../photo-types.ts";
import { usePhotos } from "../photos-context.ts";

/**
 * The choice of a file that replaces a photo's: by the system's picker, where there is one, since the file then goes on after the page was closed
 * without being chosen again; else by a file input.
 * @returns what opens it, and the input, to be drawn where `choose` is called
 */
export function useFileChoice(photo: WholePhoto): { choose: () => void; input: ComponentChildren } {
  const { texts, data } = usePhotos();
  const input = useRef<HTMLInputElement>(null);
  const replaced = { id: photo.photo_id, name: nameOf(photo) };
  const take = ({ picked: [first] }: Chosen) => first && startReplacing(data, replaced, first);
  const openInput = () => input.current?.click();
  return {
    choose: () => openPicker([], false, take, openInput) || openInput(),
    input: (
      <input
        ref={input}
        type="file"
        hidden
        aria-label={texts.replace}
        onChange={({ currentTarget }) => take(readInput(currentTarget))}
      />
    ),
  };
}
