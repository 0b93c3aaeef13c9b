import type { Page } from "playwright-core";

/** What a hostile guest writes wherever words are taken, and what would have come of it on a page. */

const RUN = "globalThis.ranFromWords=true";

/** Everything that would become an element of a page carries `data-hostile`, or has this name. */
const MARK = `data-hostile onclick="${RUN}"`;

export const HOSTILE: Record<string, string> = {
  elements: `<x-hostile>x</x-hostile><img ${MARK} src="/hostile-request" onerror="${RUN}"><b ${MARK}>b</b>`,
  "the end of a script": `</script><script ${MARK}>${RUN}</script><!--<script>${RUN}</script>`,
  "the end of an element": `\u2028</title></style></textarea></noscript></p><math><mtext></p><img ${MARK} src="/hostile-request" onerror="${RUN}">`,
  "the end of an attribute": `" data-hostile autofocus onfocus="${RUN}" x="' data-hostile autofocus onfocus='${RUN}' x='`,
  "an address": `javascript:${RUN}//<a ${MARK} href="javascript:${RUN}" style="position:fixed;inset:0">x</a>`,
  "other documents": `<iframe ${MARK} srcdoc="<script>parent.${RUN}</script>"></iframe><object ${MARK} data="/hostile-request"></object><base ${MARK} href="https://hostile.example/"><meta ${MARK} http-equiv="refresh" content="0;url=https://hostile.example/">`,
  "a form": `<form ${MARK} action="https://hostile.example/"><button ${MARK} autofocus>x</button></form>`,
  "a drawing": `<svg ${MARK} onload="${RUN}"><script ${MARK}>${RUN}</script><style>*{display:none}</style></svg>`,
  "escaped markup": `&lt;img ${MARK} src=x onerror=${RUN}&gt;&#60;x-hostile&#62;%3Cx-hostile%3E\\u003cx-hostile\\u003e`,
  templates: `\${${RUN}}{{constructor.constructor('${RUN}')()}}{count}{name}\${name}$&$1\`${RUN}\``,
  "other directions": `\u202Egpj.exe\u2066\u2067\u202D\u061C left \u202E`,
  "control characters": `a\u0000b\u0007\u001B[31m\u001B]0;title\u0007c\r\nd\te\u0085f\uFEFF\uFFFE\u{E0041}`,
  "half characters": `\uD800 \uDFFF e${"\u0301".repeat(80)}`,
  "names of JavaScript": "__proto__ constructor toString hasOwnProperty",
  "one long word": "W".repeat(10_000),
};

/** Everything that came of such words in a document: nothing, on a page that treats them as words. */
export async function tracesOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const traces = new Set<string>();
    if ("ranFromWords" in globalThis) traces.add("a script ran");
    const foreign =
      "[data-hostile], x-hostile, iframe, object, embed, base, a[href^='javascript' i]";
    for (const element of document.querySelectorAll("*")) {
      const handler = element.getAttributeNames().find((name) => name.startsWith("on"));
      if (handler !== undefined || element.matches(foreign)) traces.add(element.outerHTML);
    }
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const parent = text.parentElement;
      if (!parent || !/[\u202A-\u202E\u2066-\u2069]/.test(text.nodeValue ?? "")) continue;
      // Words that turn the direction round must do so for themselves alone.
      const { display, unicodeBidi } = getComputedStyle(parent);
      if (display === "inline" && !/isolate|plaintext/.test(unicodeBidi))
        traces.add(`turns its neighbours round: ${parent.outerHTML}`);
    }
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) traces.add(`${scrollWidth} px wide, of ${clientWidth}`);
    return [...traces].map((trace) => trace.slice(0, 500));
  });
}
