import { computed } from "@preact/signals";
import { createLocale } from "../kit/locale.ts";
import { keepAwake, warnBeforeLeaving } from "../kit/while-sending.ts";
import { announceFiles, createAnnouncer } from "./announce.ts";
import { createChoice } from "./choice.ts";
import { createEarlier } from "./earlier.ts";
import { createEnding } from "./ending.ts";
import type { Guest } from "./guest.ts";
import { createLinkState } from "./link-state.ts";
import type { PageData } from "./page-data.ts";
import { createPreviews } from "./previews/previews.ts";
import type { Engine } from "./transfer/types.ts";
import type { UploadPage } from "./upload-context.ts";
import { showInTitle } from "./tab-title.ts";
import { removeCancelled } from "./undo.ts";
import { createUploadList } from "./upload-list.ts";

/** Puts together what the components show. */
export function startUploadPage(data: PageData, engine: Engine, guest: Guest): UploadPage {
  const words = { texts: data.texts, locale: createLocale(data.language, navigator.languages) };
  const list = createUploadList(engine);
  const earlier = createEarlier(engine, list);
  const link = createLinkState(
    engine,
    list,
    computed(() => earlier.files.value.length),
  );
  const announcer = createAnnouncer();
  const ending = createEnding(
    list,
    computed(() => data.remaining === 1 && link.status.value.maxUploads === data.maxUploads),
  );
  const choice = createChoice({
    engine,
    list,
    limits: data,
    words,
    places: () => {
      if (ending.leaving.peek()) return 0;
      // After its time a link takes what was begun, and nothing else.
      const begun = link.closed.peek() === "expired" ? earlier.files.peek().length : 0;
      return link.places.peek() + begun;
    },
    say: announcer.say,
  });
  announceFiles(list, data, words, announcer);
  showInTitle(list.totals, words);
  keepAwake(() => list.totals.value.active > 0);
  removeCancelled(list);
  warnBeforeLeaving(() => list.totals.peek().active > 0 && !ending.leaving.peek());
  return {
    ...words,
    data,
    engine,
    list,
    link,
    choice,
    ending,
    earlier,
    guest,
    previews: createPreviews(data.thumbnailWorker),
    announcer,
  };
}
