/** @jsxImportSource preact */
import { useEffect, useState } from "preact/hooks";
import { Button } from "../../../kit/button.tsx";
import { useArchive } from "../../archive-context.ts";
import { hasLevelOf } from "../../levels.ts";
import { usePages } from "../../listing/pages.ts";
import { PagesState } from "../../listing/pages-state.tsx";
import { useRefresh } from "../../listing/refresh.ts";
import { useUnderWay } from "../../listing/under-way.ts";
import { goTo, place } from "../../place.ts";
import { ViewHead } from "../../view-head.tsx";
import { LinkDialog, type OpenedLink } from "./link-dialog.tsx";
import { LinkFilter, readLinkFilter } from "./link-filter.tsx";
import { LinkRow } from "./link-row.tsx";
import type { LinkItem } from "./link-types.ts";
import { NewLinkDialog } from "./new-link-dialog.tsx";

/** Whether the page's address asks for the form for a new link, as that of an empty archive does. */
const isNewAsked = () => place.value.params.has("new");

/** The view of upload links: make one, hand it over, see what arrives by it, extend it, revoke it. */
export function LinksView() {
  const { data } = useArchive();
  const texts = data.texts.links;
  const { search, state, tokenId } = readLinkFilter();
  // Below that level the list has the links alone that its own user made (protocol 6).
  const nothing = hasLevelOf(data, "admin") ? texts.nothing : texts.nothingOwn;
  const isNarrowed = search !== "" || state !== "" || tokenId !== "";
  const [isMaking, setMaking] = useState(isNewAsked);
  const [opened, setOpened] = useState<OpenedLink>();
  const links = usePages<LinkItem>(
    "upload-token/list",
    { search: search || undefined, state: state || undefined, token_id: tokenId || undefined },
    (link) => link.token_id,
  );
  const uploads = useUnderWay();
  // Neither a page that is loaded again nor the back button asks once more.
  useEffect(() => {
    if (isNewAsked()) goTo("links", {}, "replace");
  }, []);
  useRefresh(
    () => void links.reload(),
    ({ kind }) => kind === "token",
  );
  return (
    <div class="view">
      <ViewHead heading={data.texts.frame.links}>
        <Button kind="main" icon="plus" onClick={() => setMaking(true)}>
          {texts.create}
        </Button>
      </ViewHead>
      <div class="view-body rooms">
        <LinkFilter />
        <PagesState
          pages={links}
          icon="link"
          nothing={isNarrowed ? data.texts.lists.nothingFound : nothing}
        >
          {(items) => (
            <ul class="card-rows">
              {items.map((link) => (
                <LinkRow
                  key={link.token_id}
                  link={link}
                  underWay={(uploads.items ?? []).filter((one) => one.token_id === link.token_id)}
                  onAct={(act) => setOpened({ link, act })}
                />
              ))}
            </ul>
          )}
        </PagesState>
      </div>
      {isMaking && (
        <NewLinkDialog onMade={() => void links.reload()} onClose={() => setMaking(false)} />
      )}
      {opened !== undefined && (
        <LinkDialog
          opened={opened}
          onChanged={links.replace}
          onClose={() => setOpened(undefined)}
        />
      )}
    </div>
  );
}
