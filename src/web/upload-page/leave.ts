import type { BrowserReturn } from "./transfer/outcome.ts";

/** Milliseconds that the other outcomes may take to be told, before the browser goes on with the last one. */
const patienceMs = 5_000;

/** Tells the backend of one file without leaving the page, and survives its being closed. */
export async function tell(to: BrowserReturn): Promise<void> {
  const body = to.method === "POST" ? new URLSearchParams(to.fields) : null;
  try {
    // no-cors: this page may not read the answer, and need not: the request is what tells the backend.
    await fetch(to.url, {
      method: to.method,
      mode: "no-cors",
      credentials: "include",
      keepalive: true,
      body,
    });
  } catch {
    // The backend cannot be reached. The browser goes there all the same, with the outcome of the last file.
  }
}

/** Carries the outcomes of all files to where they belong: the last one by going there. */
export async function leave(returns: readonly BrowserReturn[]): Promise<void> {
  const last = returns.at(-1);
  if (last === undefined) return;
  const told = Promise.all(returns.slice(0, -1).map(tell));
  await Promise.race([told, new Promise((resolve) => setTimeout(resolve, patienceMs))]);
  go(last);
}

function go(to: BrowserReturn): void {
  if (to.method === "GET") {
    location.assign(to.url);
    return;
  }
  const form = document.createElement("form");
  form.method = "post";
  form.action = to.url;
  form.hidden = true;
  for (const [name, value] of to.fields) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  // Not form.submit(): a field named "submit" would stand in its place.
  HTMLFormElement.prototype.submit.call(form);
}
