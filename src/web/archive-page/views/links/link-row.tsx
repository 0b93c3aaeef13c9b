/** @jsxImportSource preact */
import { Button } from "../../../kit/button.tsx";
import { Menu } from "../../../kit/menu.tsx";
import { useArchive } from "../../archive-context.ts";
import { StateBadge } from "../../listing/state-badge.tsx";
import { UnderWayList } from "../../listing/under-way-list.tsx";
import type { UnderWayItem } from "../../listing/under-way.ts";
import { placeOf } from "../../place.ts";
import { HandOver } from "./hand-over.tsx";
import type { LinkItem } from "./link-types.ts";
import { factsOfLink, nameOfLink, STATE_KINDS } from "./link-words.ts";

/** What a dialog can do with a link. */
export type LinkAct = "show" | "edit" | "revoke";

/** One link in the list: its state, its files under way, and its buttons. */
export function LinkRow({
  link,
  underWay,
  onAct,
}: {
  link: LinkItem;
  underWay: readonly UnderWayItem[];
  onAct: (act: LinkAct) => void;
}) {
  const { data, locale } = useArchive();
  const texts = data.texts.links;
  return (
    <li class="card-row">
      <div class="card-row-head">
        <h2 dir="auto">{nameOfLink(link, data.texts, locale)}</h2>
        <StateBadge kind={STATE_KINDS[link.state]}>{texts.states[link.state]}</StateBadge>
      </div>
      <p class="row-facts">
        {factsOfLink(link, data.texts, locale).map((fact) => (
          <span key={fact}>{fact}</span>
        ))}
      </p>
      {underWay.length > 0 && <UnderWayList items={underWay} label={data.texts.lists.underWay} />}
      <LinkActions link={link} onAct={onAct} />
    </li>
  );
}

function LinkActions({ link, onAct }: { link: LinkItem; onAct: (act: LinkAct) => void }) {
  const { data } = useArchive();
  const texts = data.texts.links;
  const isOpen = link.state === "open";
  return (
    <div class="actions">
      {isOpen && link.upload_url !== "" && (
        <>
          <HandOver url={link.upload_url} title={link.title || data.siteName} />
          <Button onClick={() => onAct("show")}>{texts.qr}</Button>
        </>
      )}
      {link.consumed > 0 && (
        <a class="button plain" href={photosOf(link)}>
          {texts.photos}
        </a>
      )}
      {link.state !== "revoked" && (
        <Menu icon="more" label={texts.more} side="left">
          {(close) => (
            <>
              <Button icon="clock" onClick={() => (close(), onAct("edit"))}>
                {texts.edit}
              </Button>
              <Button kind="danger" icon="cross" onClick={() => (close(), onAct("revoke"))}>
                {texts.revoke}
              </Button>
            </>
          )}
        </Menu>
      )}
    </div>
  );
}

/** The address of the photos that came by a link; of a replace token, the photo that it replaces. */
function photosOf({ token_id: id, replaces_photo_id: photo }: LinkItem): string {
  if (photo !== 0) return placeOf("photos", { photo: String(photo) });
  return placeOf("photos", { token_id: String(id) });
}
