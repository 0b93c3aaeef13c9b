import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { publicPathOf } from "../../config.ts";
import { sameSecret } from "../../random.ts";
import type { Photo, PhotoFilter, Records } from "../../records/records.ts";
import { findToken } from "../../upload/token.ts";
import { requireLevel } from "../caller.ts";
import { ansiDate } from "../dates.ts";
import type { Data, List, Version } from "../envelope.ts";
import { describeList } from "../docs/list.ts";
import { method, type Call, type MethodContext } from "../method.ts";
import { readParameters } from "../parameters.ts";

export const listParameters = Type.Object({
  photo_id: Type.Optional(
    Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: "This photo only." }),
  ),
  token: Type.Optional(
    Type.String({
      maxLength: 100,
      description: "The photo's own token: with `photo_id` it opens an unpublished photo too.",
    }),
  ),
  upload_token: Type.Optional(
    Type.String({ maxLength: 100, description: "Photos that came with this upload token." }),
  ),
  include_unpublished_p: Type.Optional(
    Type.Boolean({ description: "1: unpublished photos as well. Needs level `read`." }),
  ),
  p: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000_000, default: 1, description: "Page, from 1." }),
  ),
  size: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100, default: 20, description: "Photos on a page." }),
  ),
});

export type ListContext = MethodContext & {
  records: Records;
  now: () => number;
  publicUrl: () => string;
  /** Published photos are listed for everybody (REDEEM_PUBLIC_LIST). */
  publicList: boolean;
};

/** `list`: what was uploaded, newest first (protocol 6). */
export function list(context: ListContext, version: Version) {
  const handle = method(context, version, "anonymous", (call) => answer(context, call));
  const { get, post } = describeList(version, listParameters);
  return new Elysia()
    .get("", handle, { detail: get })
    .post("", handle, { parse: "none", detail: post });
}

async function answer(context: ListContext, call: Call): Promise<Omit<List, "level">> {
  const { records, now } = context;
  const wanted = readParameters(listParameters, call.params);
  const page = wanted.p ?? 1;
  const size = wanted.size ?? 20;
  // A photo's own token is a credential of its own: whoever has it can open the original as well.
  const opened = wanted.token !== undefined && wanted.photo_id !== undefined;
  if (!opened && (wanted.include_unpublished_p || !context.publicList)) {
    requireLevel(call.caller, "read", call.version);
  }
  const filter: PhotoFilter = { offset: (page - 1) * size, limit: size };
  if (wanted.photo_id !== undefined) filter.photoId = wanted.photo_id;
  if (wanted.upload_token)
    filter.tokenId = (await findToken(records, wanted.upload_token, null)).id;

  if (wanted.token !== undefined && wanted.photo_id !== undefined) {
    const photo = await records.photos.byId(wanted.photo_id);
    if (!photo || !sameSecret(photo.token, wanted.token)) {
      return { items: [], page, size, total: 0 };
    }
  }
  if (!opened && !wanted.include_unpublished_p) filter.publishedAt = now();
  const { photos, total } = await records.photos.list(filter);
  const base = publicPathOf(context.publicUrl());
  return { items: photos.map((photo) => describe(photo, base, now())), page, size, total };
}

/**
 * The vendor's names, as far as there is something to say.
 * @param base path of the public address, which a proxy takes off
 */
function describe(photo: Photo, base: string, now: number): { attributes: Data; children: Data } {
  const path = `${base}/${photo.treeId}/${photo.id}/${photo.token}`;
  const created = ansiDate(photo.createdAt);
  const published = photo.published || (photo.publishDate !== null && photo.publishDate <= now);
  const date = new Date(photo.createdAt);
  const dateWords = date.toLocaleDateString("en-US", { dateStyle: "long", timeZone: "UTC" });
  const timeWords = date.toLocaleTimeString("en-US", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "UTC",
  });
  return {
    attributes: {
      photo_id: photo.id,
      tree_id: photo.treeId,
      title: photo.title,
      token: photo.token,
      published_p: published,
      publish_date_ansi: photo.publishDate === null ? created : ansiDate(photo.publishDate),
      one: photo.absoluteUrl || `${path}/original`,
      creation_date_ansi: created,
      creation_date__date: dateWords,
      creation_date__time: timeWords,
      video_p: photo.type.startsWith("video/"),
      audio_p: photo.type.startsWith("audio/"),
      video_encoded_p: false,
      text_only_p: false,
      user_id: photo.userId,
      album_id: photo.albumId,
      absolute_url: photo.absoluteUrl,
      original_filename: photo.filename,
      original_type: photo.type,
      original_size: photo.size,
      original_download: `${path}/original`,
    },
    children: { content: photo.description, content_text: photo.description, tags: photo.tags },
  };
}
