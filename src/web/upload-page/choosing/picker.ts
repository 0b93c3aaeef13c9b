import { acceptAttribute } from "./types.ts";
import type { Chosen } from "./chosen.ts";

type OpenPicker = (options: {
  multiple: boolean;
  types?: { accept: Record<string, string[]> }[];
}) => Promise<FileSystemFileHandle[]>;

/**
 * The system's picker that hands out handles, with which files can be gone on with at a later visit. Undefined where a
 * browser has none, and on phones: there the picker of a file input has the camera in it.
 */
function findPicker(): OpenPicker | undefined {
  if (!matchMedia("(pointer: fine)").matches) return undefined;
  const picker = (window as { showOpenFilePicker?: OpenPicker }).showOpenFilePicker;
  return picker?.bind(window);
}

/**
 * Opens it from a click on the file input, in place of the input's own.
 * @returns false if there is none: the click is the input's
 */
export function openPicker(
  types: readonly string[],
  multiple: boolean,
  take: (chosen: Chosen) => void,
  instead: () => void,
): boolean {
  const picker = findPicker();
  if (picker === undefined) return false;
  const accept = acceptAttribute(types).split(",").filter(Boolean);
  const wanted = Object.fromEntries(accept.map((type) => [type, []]));
  const options = accept.length === 0 ? { multiple } : { multiple, types: [{ accept: wanted }] };
  picker(options).then(
    async (handles) => take(await readHandles(handles)),
    // Closed without a choice. Any other failure is the browser's own: then the input's picker opens.
    (error: unknown) => {
      if (!(error instanceof DOMException && error.name === "AbortError")) instead();
    },
  );
  return true;
}

async function readHandles(handles: readonly FileSystemFileHandle[]): Promise<Chosen> {
  const chosen: Chosen = { picked: [], unreadable: 0 };
  for (const handle of handles) {
    try {
      chosen.picked.push({ file: await handle.getFile(), path: "", handle });
    } catch {
      chosen.unreadable += 1;
    }
  }
  return chosen;
}
