import { startPage } from "./page.ts";
import type { PageData } from "./page-data.ts";
import { createMemory } from "./remember.ts";

const info = document.getElementById("upload-info")?.textContent;
const app = document.getElementById("app");

if (info && app !== null) {
  const data: PageData = JSON.parse(info);
  startPage(data, createMemory(data.uploadToken, findStore()));
  app.hidden = false;
}

/** Reading the property alone throws where cookies are blocked. */
function findStore(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
