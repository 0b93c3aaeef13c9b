import type { TestSite } from "./site.ts";

export type MadeAlbum = { album_id: number; token: string };

/** Makes an album. */
export async function makeAlbum(
  site: TestSite,
  parameters: Record<string, string | number> = {},
): Promise<MadeAlbum> {
  const query = new URLSearchParams({ title: "An album" });
  for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
  const answer = await site.callWithKey(`/api/2/album/create?${query}`);
  const body = (await answer.json()) as { data?: MadeAlbum; message: string };
  if (!body.data) throw new Error(`no album: ${body.message}`);
  return body.data;
}

/** Makes so many albums, whose ids in a folder without albums are 1 and up. */
export async function makeAlbums(site: TestSite, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await makeAlbum(site);
}
