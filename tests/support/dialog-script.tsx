/** @jsxImportSource preact */
import { render } from "preact";
import { Dialog } from "../../src/web/kit/dialog.tsx";

/** A dialog on a page of its own (browser/kit.test.ts). The page's title says how often it has told that it was closed. */

const root = document.getElementById("root") as HTMLElement;
let closed = 0;

function close(): void {
  closed += 1;
  document.title = `closed ${closed}`;
  render(null, root);
}

document.title = "closed 0";
render(
  <Dialog heading="A dialog" closeLabel="Close" onClose={close}>
    <input type="file" />
    <button type="button" onClick={close}>
      Done
    </button>
  </Dialog>,
  root,
);
