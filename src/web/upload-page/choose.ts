export type Chooser = {
  show(visible: boolean): void;
  focus(): void;
};

export type Chosen = { files: File[]; folders: number };

/** Files come from the input, or are dropped anywhere on the page. */
export function createChooser(
  zone: HTMLElement,
  input: HTMLInputElement,
  take: (chosen: Chosen) => void,
): Chooser {
  let depth = 0;

  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    // Else choosing the same file again would be no change.
    input.value = "";
    if (files.length > 0) take({ files, folders: 0 });
  });

  const highlight = (change: number) => {
    depth = Math.max(0, depth + change);
    zone.classList.toggle("over", depth > 0);
  };

  // On the whole page: a file that misses the zone would otherwise replace the page.
  document.addEventListener("dragenter", (event) => {
    if (carriesFiles(event)) highlight(1);
  });
  document.addEventListener("dragleave", (event) => {
    if (carriesFiles(event)) highlight(-1);
  });
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "copy";
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event) || event.dataTransfer === null) return;
    event.preventDefault();
    depth = 0;
    highlight(0);
    take(sortDropped(event.dataTransfer));
  });

  return {
    show(visible) {
      zone.hidden = !visible;
    },
    focus() {
      input.focus();
    },
  };
}

function carriesFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** A dropped folder looks like a small file that cannot be read, so it is told apart first. */
function sortDropped(data: DataTransfer): Chosen {
  const items = [...data.items].filter((item) => item.kind === "file");
  if (items.length === 0) return { files: [...data.files], folders: 0 };
  const files = items
    .filter((item) => !isFolder(item))
    .map((item) => item.getAsFile())
    .filter((file) => file !== null);
  return { files, folders: items.filter(isFolder).length };
}

function isFolder(item: DataTransferItem): boolean {
  return item.webkitGetAsEntry()?.isDirectory === true;
}
