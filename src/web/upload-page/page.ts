import { createAnnouncer } from "./announce.ts";
import { type Chosen, createChooser } from "./choose.ts";
import { allArrived, createEntry, type Entry, isActive, takesPlace } from "./entries.ts";
import { createEnding } from "./finish.ts";
import { identifierOf } from "./transfer/identity.ts";
import { refusal, tooMany } from "./limits.ts";
import { apiTarget, type PageData } from "./page-data.ts";
import type { Memory } from "./remember.ts";
import { createSender } from "./sender.ts";
import { showUnfinished } from "./unfinished.ts";
import { countFiles, listWords } from "./wording.ts";

/** Puts the page's parts together: what is chosen becomes entries, which are sent and shown. */
export function startPage(data: PageData, memory: Memory): void {
  const entries: Entry[] = [];
  const list = element("list");
  const notice = element("notice");
  const announcer = createAnnouncer(element("announcements"));
  const single = data.remainingUploads === 1;
  const ending = createEnding(
    {
      section: element("ending"),
      heading: element("ending-heading"),
      sentence: element("ending-sentence"),
      button: element<HTMLButtonElement>("finish"),
    },
    single,
    announcer,
  );
  const byId = (id: string) => entries.find((entry) => entry.id === id);
  const places = () => data.remainingUploads - entries.filter(takesPlace).length;

  const sender = createSender(
    {
      target: apiTarget,
      uploadToken: data.uploadToken,
      chunkSize: 8 * 1024 * 1024,
      identify: (file) => identifierOf(file),
    },
    {
      done(id, outcome) {
        const entry = byId(id);
        if (entry === undefined) return;
        Object.assign(entry, { state: "done", fraction: 1, return: outcome.return });
        memory.forget(id);
        announcer.say(`${entry.name} has arrived.`);
        refresh();
      },
      refused(id, reason) {
        const entry = byId(id);
        if (entry === undefined) return;
        memory.forget(id);
        refuse(entry, reason);
        refresh();
      },
    },
  );

  const chooser = createChooser(element("zone"), element<HTMLInputElement>("files"), take);

  function take(chosen: Chosen): void {
    if (ending.leaving()) return;
    const repeated = chosen.files.filter((file) => again(identifierOf(file)));
    const fresh = chosen.files.filter((file) => !repeated.includes(file));
    const wanted = fresh.filter((file) => refusal(file, data) === undefined);
    const free = places();
    const sentences: string[] = [];
    if (chosen.folders > 0) sentences.push("Folders cannot be sent. Choose the files inside.");
    if (wanted.length > free) sentences.push(tooMany(wanted.length, free));
    if (repeated.length > 0) {
      const names = listWords(repeated.map((file) => file.name));
      sentences.push(`${names} ${repeated.length === 1 ? "is" : "are"} in the list already.`);
    }
    notify(sentences.join(" "));
    for (const file of fresh) {
      const reason = refusal(file, data);
      if (reason !== undefined) refuse(add(file), reason);
      else if (wanted.length <= free) begin(file);
    }
    if (wanted.length > 0 && wanted.length <= free) {
      announcer.say(`Sending ${countFiles(wanted.length)}.`);
    }
    refresh();
  }

  /** True if the file is in the list already; a refused one makes room, a paused one goes on. */
  function again(id: string): boolean {
    const entry = byId(id);
    if (entry?.state === "refused") drop(entry);
    else if (entry?.state === "paused") resume(entry);
    else return entry !== undefined;
    return entry.state !== "refused";
  }

  function add(file: File): Entry {
    const entry: Entry = createEntry(identifierOf(file), file, {
      pause: () => {
        entry.state = "paused";
        sender.pause(entry.id);
        announcer.say(`${entry.name} is paused.`);
        refresh();
      },
      resume: () => resume(entry),
      remove: () => remove(entry),
    });
    entries.push(entry);
    list.append(entry.row.element);
    return entry;
  }

  function begin(file: File): void {
    const entry = add(file);
    sender.add(file);
    memory.keep(entry, 0);
  }

  function refuse(entry: Entry, reason: string): void {
    Object.assign(entry, { state: "refused", reason });
    announcer.say(`${entry.name} was refused. ${reason}`);
  }

  function resume(entry: Entry): void {
    entry.state = "waiting";
    sender.resume(entry.id);
    announcer.say(`${entry.name} goes on.`);
    refresh();
  }

  function remove(entry: Entry): void {
    if (entry.state !== "refused") announcer.say(`${entry.name} was cancelled.`);
    sender.cancel(entry.id);
    memory.forget(entry.id);
    const next = entries[entries.indexOf(entry) + 1];
    drop(entry);
    refresh();
    // Its button is gone; the focus goes where somebody would look next.
    const button = next?.row.element.querySelector<HTMLButtonElement>("button:not([hidden])");
    if (button) button.focus();
    else chooser.focus();
  }

  function drop(entry: Entry): void {
    entries.splice(entries.indexOf(entry), 1);
    entry.row.element.remove();
  }

  function notify(sentence: string): void {
    notice.textContent = sentence;
    notice.hidden = sentence === "";
  }

  /** Makes the page show what is so now. */
  function refresh(): void {
    const now = performance.now();
    for (const entry of entries) {
      entry.update(sender.status(entry.id), now);
      if (entry.state === "sending") announcer.progress(entry.name, entry.fraction);
    }
    list.hidden = entries.length === 0;
    chooser.show(places() > 0 && !ending.leaving());
    ending.update(entries);
    showUnfinished(element("unfinished"), memory, (id) => byId(id) !== undefined);
  }

  const remember = () => {
    for (const entry of entries) {
      if (isActive(entry) || entry.state === "paused") memory.keep(entry, entry.fraction);
    }
  };

  setInterval(() => {
    sender.tick(performance.now());
    if (entries.some((entry) => !allArrived([entry]))) refresh();
  }, 500);
  setInterval(remember, 3_000);
  addEventListener("pagehide", remember);
  addEventListener("offline", () => refresh());
  addEventListener("online", () => sender.retryNow());
  addEventListener("beforeunload", (event) => {
    if (entries.some(isActive) && !ending.leaving()) event.preventDefault();
  });
  refresh();
}

/** A part of the page that the server has put there. */
function element<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}`);
  return found as T;
}
