import { useEffect, useRef, useState } from "preact/hooks";
import { readPasted, type Chosen } from "./chosen.ts";
import { readDropped } from "./dropped.ts";

/**
 * Files that are dropped anywhere on the page, and pictures that are pasted into it.
 * @param open whether files are taken now. Where they are not, a drop does nothing: the browser would else show the file in
 *   the page's place
 * @returns whether files are being held over the page
 */
export function useDropsAndPastes(
  take: (chosen: Chosen | Promise<Chosen>) => void,
  open: boolean,
): boolean {
  const [over, setOver] = useState(false);
  const now = useRef({ take, open });
  now.current = { take, open };
  useEffect(() => {
    let depth = 0;
    const hold = (change: number) => {
      depth = Math.max(0, depth + change);
      setOver(depth > 0 && now.current.open);
    };
    const listeners = {
      dragenter: (event: DragEvent) => carriesFiles(event) && hold(1),
      dragleave: (event: DragEvent) => carriesFiles(event) && hold(-1),
      dragover: (event: DragEvent) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        if (event.dataTransfer !== null) {
          event.dataTransfer.dropEffect = now.current.open ? "copy" : "none";
        }
      },
      drop: (event: DragEvent) => {
        if (!carriesFiles(event) || event.dataTransfer === null) return;
        event.preventDefault();
        hold(-depth);
        if (now.current.open) now.current.take(readDropped(event.dataTransfer));
      },
      paste: ({ clipboardData }: ClipboardEvent) => {
        if (clipboardData === null || clipboardData.files.length === 0) return;
        if (now.current.open) now.current.take(readPasted(clipboardData, new Date()));
      },
    };
    const end = new AbortController();
    for (const [name, listener] of Object.entries(listeners)) {
      document.addEventListener(name, listener as EventListener, { signal: end.signal });
    }
    return () => end.abort();
  }, []);
  return over;
}

function carriesFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer?.types.includes("Files") ?? false;
}
