import type { Picked } from "../transfer/types.ts";

/** What somebody chose, and how much of it the browser could not read. */
export type Chosen = { picked: Picked[]; unreadable: number };

/** Files that systems put into folders for themselves: nobody means to send them. */
export function isClutter(name: string): boolean {
  return /^(\.|thumbs\.db$|desktop\.ini$)/i.test(name);
}

export function inFolder(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}

/** The files that a file input holds. One that chooses a folder says where in it each file lies. */
export function readInput(input: HTMLInputElement): Chosen {
  const files = [...(input.files ?? [])];
  // Emptied, so that choosing the same files again is a change, of which the browser tells.
  input.value = "";
  const picked = files.map((file) => ({
    file,
    path: file.webkitRelativePath.split("/").slice(0, -1).join("/"),
  }));
  return {
    picked: picked.filter(({ file, path }) => path === "" || !isClutter(file.name)),
    unreadable: 0,
  };
}

/** Pasted pictures are all called "image.png": with the moment in their names they can be told apart. */
export function readPasted(data: DataTransfer, now: Date): Chosen {
  const moment = now
    .toISOString()
    .replaceAll(/[-:]|\..*/g, "")
    .replace("T", "-");
  const picked = [...data.files].map((file, index) => {
    const ending = /^image(\.\w+)$/.exec(file.name)?.[1];
    if (ending === undefined) return { file, path: "" };
    const name = `pasted-${moment}${index === 0 ? "" : `-${index + 1}`}${ending}`;
    const { type, lastModified } = file;
    return { file: new File([file], name, { type, lastModified }), path: "" };
  });
  return { picked, unreadable: 0 };
}
