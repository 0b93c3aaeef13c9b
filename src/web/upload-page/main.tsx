/** @jsxImportSource preact */
import { render } from "preact";
import { UploadApp } from "./app.tsx";
import { createGuest } from "./guest.ts";
import { firstStatus } from "./link-state.ts";
import { apiRoot, type PageData } from "./page-data.ts";
import { startUploadPage } from "./start.ts";
import { createEngine } from "./transfer/engine.ts";
import { fingerprint } from "./transfer/identity.ts";
import { UNDO_MS } from "./undo.ts";
import { UploadPageProvider } from "./upload-context.ts";

const info = document.getElementById("upload-info")?.textContent;
const app = document.getElementById("app");

if (info && app !== null) {
  const data: PageData = JSON.parse(info);
  const guest = createGuest(fingerprint(data.uploadToken));
  const engine = createEngine({
    api: apiRoot,
    by: data,
    guest: () => ({ name: guest.name.value.trim(), note: guest.note.value.trim() }),
    status: firstStatus(data),
    undoMs: UNDO_MS,
  });
  render(
    <UploadPageProvider value={startUploadPage(data, engine, guest)}>
      <UploadApp />
    </UploadPageProvider>,
    app,
  );
}
