import type { Api, ApiParams } from "../../api.ts";
import { findParams, type PhotoSelection } from "./filter.ts";
import { photoAddress, type GridPhoto } from "./photo-types.ts";

/** These photos, each by its id. */
export function namedPhotos(photos: readonly GridPhoto[]): ApiParams {
  return { photo_id: photos.map(({ photo_id: id }) => id).join(",") };
}

/** All photos of a list, however many they are. */
export function allPhotos(selection: PhotoSelection): ApiParams {
  return findParams(selection);
}

/** Has the browser fetch photos as one ZIP. @throws ApiProblem */
export async function downloadPhotos(api: Api, which: ApiParams): Promise<{ files: number }> {
  const { data } = await api<{ download_url: string; files: number }>("photo/download", which);
  follow(data.download_url);
  return data;
}

/** Has the browser fetch one photo. */
export function downloadPhoto(photo: GridPhoto, base: string): void {
  follow(photoAddress(photo, base, "original"));
}

/** Follows a link to a download. The server answers it as an attachment, so that the page stays where it is. */
function follow(address: string): void {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  link.click();
}
