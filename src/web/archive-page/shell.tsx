/** @jsxImportSource preact */
import { useEffect } from "preact/hooks";
import { Icon } from "../kit/icon.tsx";
import { Toasts } from "../kit/toast.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { sessionIsOver } from "./api.ts";
import { useArchive } from "./archive-context.ts";
import { ConnectionNotice } from "./connection-notice.tsx";
import { hasLevelOf } from "./levels.ts";
import { place, placeOf } from "./place.ts";
import { ReplacingNotice } from "./replacing/replacing-notice.tsx";
import { SignedOut } from "./signed-out.tsx";
import { VIEWS, type View } from "./views.ts";

/** The frame around the views: the site's name, navigation, the view of the present place, toasts. */
export function Shell() {
  const { data } = useArchive();
  const views = VIEWS.filter(({ level }) => hasLevelOf(data, level));
  const present = views.find(({ name }) => name === place.value.view) ?? views[0];
  const label = present?.label(data.texts) ?? data.texts.title;
  useEffect(() => {
    document.title = `${label} – ${data.siteName}`;
  }, [label]);
  return (
    <div class="frame">
      <header class="frame-head">
        <SiteMark />
        <Navigation views={views} present={present} />
        <AccountMenu />
      </header>
      <main class="frame-view" id="view" tabIndex={-1}>
        {sessionIsOver.value ? (
          <SignedOut />
        ) : (
          present !== undefined && <present.component key={present.name} />
        )}
      </main>
      <div class="frame-notice">
        {!sessionIsOver.value && <ConnectionNotice />}
        <ReplacingNotice />
      </div>
      <Toasts />
    </div>
  );
}

function SiteMark() {
  const { data } = useArchive();
  return (
    <p class="frame-site" dir="auto" title={data.siteName}>
      {data.siteLogo !== undefined && <img class="logo" src={data.siteLogo} alt="" />}
      <span>{data.siteName}</span>
    </p>
  );
}

function Navigation({ views, present }: { views: readonly View[]; present: View | undefined }) {
  const { data } = useArchive();
  return (
    <nav class="frame-nav" aria-label={data.texts.title}>
      {views.map((view) => (
        <a
          key={view.name}
          href={placeOf(view.name)}
          {...(view === present && { "aria-current": "page" as const })}
        >
          <Icon name={view.icon} />
          <span>{view.label(data.texts)}</span>
        </a>
      ))}
    </nav>
  );
}
