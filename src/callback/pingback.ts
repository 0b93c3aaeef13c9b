import type { NewPingback, Photo, PhotoChange, PhotoEvent } from "../records/records.ts";

/** Where pingbacks go, and what they say of the site. */
export type PingbackTo = {
  /** The operator's addresses (REDEEM_PINGBACK_URL); none: there are no pingbacks. */
  urls: readonly string[];
  /** Host of the site's public address, without port. */
  domain: string;
};

/**
 * The pingbacks that tell each of the operator's addresses what became of a photo (protocol 4.6). They are recorded in the
 * transaction that they tell of. None of them holds a secret: not the photo's token, nor an upload token.
 * @param now when it happened, in milliseconds since 1970
 */
export function pingbacksFor(
  { urls, domain }: PingbackTo,
  event: PhotoEvent,
  { id: photoId }: Pick<Photo, "id">,
  now: number,
): NewPingback[] {
  return urls.map((url) => {
    const id = crypto.randomUUID();
    const fields = {
      type: "photo",
      photo_id: String(photoId),
      event,
      time: new Date(now).toISOString(),
      domain,
      delivery: id,
    };
    const address = new URL(url);
    // The vendor's pingbacks name the photo in the query of a POST: receivers made for them read it there.
    address.searchParams.set("type", fields.type);
    address.searchParams.set("photo_id", fields.photo_id);
    address.hash = "";
    const body = new URLSearchParams(fields).toString();
    return {
      event,
      delivery: { id, method: "POST", host: address.host, url: address.href, body },
    };
  });
}

/** What happens to a photo that is there. */
export type Happening = "updated" | "trashed" | "restored" | "removed";

const EVENTS: Readonly<Record<Happening, PhotoEvent>> = {
  updated: "updated",
  trashed: "deleted",
  // Whoever had it still has its ids: it is no other photo.
  restored: "updated",
  removed: "deleted",
};

/**
 * The pingbacks of what happens to a photo, as changes that go behind the others of its transaction. One that is removed
 * out of the trash is told nobody: it was told when it went there.
 * @param photo as it was before
 */
export function pingbackChanges(
  to: PingbackTo,
  happening: Happening,
  photo: Pick<Photo, "id" | "deletedAt">,
  now: number,
): PhotoChange[] {
  const isKnown = happening === "removed" && photo.deletedAt !== null;
  if (to.urls.length === 0 || isKnown) return [];
  return [{ kind: "pingbacks", of: () => pingbacksFor(to, EVENTS[happening], photo, now) }];
}
