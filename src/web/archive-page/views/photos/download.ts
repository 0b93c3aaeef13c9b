import type { Api } from "../../api.ts";
import { photoAddress, type GridPhoto } from "./photo-types.ts";

/** Has the browser fetch photos as one ZIP. @throws ApiProblem */
export async function downloadPhotos(
  api: Api,
  photos: readonly GridPhoto[],
): Promise<{ files: number }> {
  const ids = photos.map(({ photo_id: id }) => id).join(",");
  const { data } = await api<{ download_url: string; files: number }>("photo/download", {
    photo_id: ids,
  });
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
