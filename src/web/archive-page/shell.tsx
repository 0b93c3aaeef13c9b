/** @jsxImportSource preact */
import { Toasts } from "../kit/toast.tsx";
import { useArchive } from "./archive-context.ts";
import type { ArchivePageData } from "./page-data.ts";
import { place, placeOf } from "./place.ts";
import { VIEWS, type View } from "./views.ts";

const LEVELS: readonly ArchivePageData["level"][] = ["read", "write", "admin", "super"];

/** The frame around the views: navigation, the view of the present place, toasts. */
export function Shell() {
  const { data } = useArchive();
  const views = VIEWS.filter(({ level }) => LEVELS.indexOf(data.level) >= LEVELS.indexOf(level));
  const present = views.find(({ name }) => name === place.value.view) ?? views[0];
  return (
    <>
      <header class="bar">
        <p class="site" dir="auto">
          {data.siteName}
        </p>
        <Navigation views={views} present={present} />
      </header>
      <main class="archive">{present !== undefined && <present.component />}</main>
      <Toasts />
    </>
  );
}

function Navigation({ views, present }: { views: readonly View[]; present: View | undefined }) {
  const { data } = useArchive();
  return (
    <nav aria-label={data.texts.title}>
      {views.map((view) => (
        <a
          key={view.name}
          href={placeOf(view.name)}
          {...(view === present && { "aria-current": "page" as const })}
        >
          {view.label(data.texts)}
        </a>
      ))}
    </nav>
  );
}
