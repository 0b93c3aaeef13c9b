/** @jsxImportSource preact */
import { Chooser } from "./chooser.tsx";
import { useDropsAndPastes } from "./choosing/drops.ts";
import { EarlierFiles } from "./earlier-files.tsx";
import { EndingCard } from "./ending-card.tsx";
import { FileList } from "./file-list.tsx";
import { AskedFields } from "./asked-fields.tsx";
import { Closed } from "./link-words.tsx";
import { StateNotices } from "./state-notices.tsx";
import { Summary } from "./summary.tsx";
import { useUploadPage } from "./upload-context.ts";

/** The part of the upload page that its script draws. */
export function UploadApp() {
  const { link, ending, choice, announcer, texts } = useUploadPage();
  const open = link.places.value > 0 && !ending.leaving.value;
  const over = useDropsAndPastes((chosen) => void choice.take(chosen), open);
  return (
    <>
      <EndingCard />
      <Closed />
      <EarlierFiles />
      {link.closed.value === undefined && <AskedFields />}
      {open && <Chooser over={over} />}
      <StateNotices />
      <Summary />
      <FileList />
      {over && (
        <div class="veil" aria-hidden="true">
          <p>{texts.choose.drop}</p>
        </div>
      )}
      <div id="announcements" class="unseen" role="status" aria-live="polite">
        {announcer.text}
      </div>
    </>
  );
}
