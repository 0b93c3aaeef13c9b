import { version } from "swagger-ui-dist/package.json";
import favicon from "swagger-ui-dist/favicon-32x32.png" with { type: "file" };
import bundle from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "file" };
import styles from "swagger-ui-dist/swagger-ui.css" with { type: "file" };
import own from "./docs-page.css" with { type: "text" };
import type { WebAsset } from "./assets.ts";

/** Swagger UI writes style attributes and draws its icons as data: addresses. */
export const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A heading whose name ends in this is closed until somebody opens it. */
export const CLOSED = " (version 1)";

/**
 * What Swagger UI does otherwise, and why it may not:
 * - RequestBody, ParameterIncludeEmpty: it fills the fields of a form with samples ("string", 0, true) and
 *   sends them, which would make a broken chunk of a whole file. Here they are empty and not sent.
 * - isShown: it opens all headings, those of version 1 too, which is for older clients.
 * - resolveSubtree: it reads the whole document anew for each method that is opened, which takes it half a second. Here it is
 *   given that method alone, and the schemas that it refers to.
 * - response: it shows JSON first wherever there is any, where version 1 answers XML by itself; and it
 *   shows no XML example that is text.
 */
const start = `"use strict";
// Swagger UI draws itself dark where the root element is of this class.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
const schemasOf = (part, all, found = {}) => {
  for (const [, name] of JSON.stringify(part).matchAll(/"#\\/components\\/schemas\\/(\\w+)"/g)) {
    if (name in found) continue;
    found[name] = all[name];
    schemasOf(all[name], all, found);
  }
  return found;
};
const partOf = (document, [kind, path, verb]) => {
  if (kind !== "paths") return { ...document, paths: {} };
  const item = document.paths[path];
  const paths = { [path]: verb ? { [verb]: item[verb] } : item };
  const schemas = schemasOf(paths, document.components.schemas);
  return { ...document, paths, components: { ...document.components, schemas } };
};
const plugin = (system, resolveSubtree = system.fn.resolveSubtree) => ({
  fn: {
    resolveSubtree: (document, path, ...more) =>
      resolveSubtree(partOf(document, path), path, ...more),
  },
  statePlugins: {
    layout: {
      wrapSelectors: {
        isShown: (original) => (state, thing, byDefault) => {
          const [kind, tag] = Array.isArray(thing) ? thing : [];
          const closed = kind === "operations-tag" && tag.endsWith(${JSON.stringify(CLOSED)});
          return original(thing, closed ? false : byDefault);
        },
      },
    },
  },
  wrapComponents: {
    RequestBody: (Original) => (props) =>
      system.React.createElement(Original, {
        ...props,
        fn: {
          ...props.fn,
          getSampleSchema: (schema, type, ...more) =>
            type === false ? "" : props.fn.getSampleSchema(schema, type, ...more),
        },
      }),
    ParameterIncludeEmpty: (Original) => (props) =>
      system.React.createElement(Original, {
        ...props,
        isIncludedOptions: { ...props.isIncludedOptions, defaultValue: false },
      }),
    response: (Original) => (props) =>
      system.React.createElement(Original, {
        ...props,
        contentType: "",
        fn: {
          ...props.fn,
          getSampleSchema: (schema, type, config, example) =>
            typeof example === "string" && /xml/.test(type)
              ? example
              : props.fn.getSampleSchema(schema, type, config, example),
        },
      }),
  },
});
window.ui = SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  showCommonExtensions: true,
  validatorUrl: null,
  plugins: [plugin],
});
`;

const names = {
  start: `start.${Bun.hash(start).toString(36)}.js`,
  own: `page.${Bun.hash(own).toString(36)}.css`,
  bundle: `swagger-ui.${version}.js`,
  styles: `swagger-ui.${version}.css`,
  favicon: `favicon.${version}.png`,
};

/** Name -> what is served at /docs/<name>. A name's content never changes. */
export const docsAssets: Readonly<Record<string, WebAsset>> = {
  [names.start]: { body: start, type: "text/javascript; charset=utf-8" },
  [names.own]: { body: own, type: "text/css; charset=utf-8" },
  [names.bundle]: { body: Bun.file(bundle), type: "text/javascript; charset=utf-8" },
  [names.styles]: { body: Bun.file(styles), type: "text/css; charset=utf-8" },
  [names.favicon]: { body: Bun.file(favicon), type: "image/png" },
};

/** The whole HTML document of /docs. Its addresses are relative: a proxy may put a path before it. */
export const docsPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Redeem API</title>
    <link rel="icon" type="image/png" href="docs/${names.favicon}" />
    <link rel="stylesheet" href="docs/${names.styles}" />
    <link rel="stylesheet" href="docs/${names.own}" />
  </head>
  <body>
    <div id="docs"></div>
    <noscript>This page needs JavaScript. What it shows is in <a href="openapi.json">openapi.json</a>.</noscript>
    <script src="docs/${names.bundle}"></script>
    <script src="docs/${names.start}"></script>
  </body>
</html>
`;
