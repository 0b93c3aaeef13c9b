/** @jsxImportSource preact */
import type { ComponentChildren, VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import type { Language } from "./texts/language.ts";

/** What a site shows of itself on its pages. */
export type SiteLook = {
  /** Plain text. */
  name: string;
  /** Address of its logo, if it has one. */
  logo?: string;
  /** Address of a style sheet with its own colours, if it has any. */
  styles?: string;
};

export type PageHead = {
  language: Language;
  /** Plain text. */
  title: string;
  site: SiteLook;
  /**
   * What leads from the page's address to the root of the site: "../" for /upload/<token>, or an absolute path. A proxy may
   * put a path before both.
   */
  root: string;
  /** Of `/web-assets/`. */
  styles: string;
  script?: string;
  /** Who learns the page's address: "no-referrer" where it is a secret and no form of the page needs an origin. */
  referrer?: "no-referrer" | "strict-origin";
};

/**
 * A whole HTML document. Components draw it: what they are given is text, and becomes markup nowhere.
 * @param shape a card in the middle of the window, or the whole window
 */
export function renderPage(
  head: PageHead,
  body: ComponentChildren,
  shape: "card" | "wide" = "card",
): string {
  const page = (
    <Page head={head} shape={shape}>
      {body}
    </Page>
  );
  return `<!doctype html>\n${renderToString(page)}\n`;
}

function Page({
  head,
  shape,
  children,
}: {
  head: PageHead;
  shape: string;
  children: ComponentChildren;
}): VNode {
  const { language, title, site, root, styles, script, referrer } = head;
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        {referrer !== undefined && <meta name="referrer" content={referrer} />}
        <title>{title}</title>
        <link rel="icon" href={`${root}favicon.ico`} />
        <link rel="stylesheet" href={`${root}web-assets/${styles}`} />
        {site.styles !== undefined && <link rel="stylesheet" href={site.styles} />}
        {script !== undefined && <script src={`${root}web-assets/${script}`} defer />}
      </head>
      <body class={shape}>{children}</body>
    </html>
  );
}

/** What a page's script is told, as JSON that cannot end the element it stands in. */
export function PageJson({ id, data }: { id: string; data: unknown }): VNode {
  const json = JSON.stringify(data).replaceAll("<", "\\u003c");
  return <script type="application/json" id={id} dangerouslySetInnerHTML={{ __html: json }} />;
}

/** The name of the site above a page's heading, with its logo. */
export function SiteName({ site }: { site: SiteLook }): VNode | null {
  if (site.name === "") return null;
  return (
    <p class="site" dir="auto">
      {site.logo !== undefined && <img class="logo" src={site.logo} alt="" />}
      {site.name}
    </p>
  );
}
