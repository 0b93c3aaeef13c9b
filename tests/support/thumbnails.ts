import { until } from "./remains.ts";
import { fileForm, photoIn, redeemPath, type PhotoIds } from "./redeem.ts";
import { API_KEY } from "./site.ts";

/** Whoever answers: a site in this process (`test.call`), or a server. */
export type Asking = {
  call(path: string, init?: RequestInit): Promise<Response>;
  token(parameters?: Record<string, string | number>): Promise<string>;
};

/** A server process, asked over the network. */
export function over(server: { url: string; token: Asking["token"] }): Asking {
  return {
    call: (path, init) => fetch(server.url + path, { keepalive: false, ...init }),
    token: (parameters) => server.token(parameters),
  };
}

export type ListedPhoto = {
  photo_id: number;
  thumbnails_state: "pending" | "ready" | "none";
  thumbnails_reason?: string;
} & Record<string, string | number | boolean | undefined>;

/** Uploads a file as an HTML form does. */
export async function upload(
  asking: Asking,
  bytes: Uint8Array<ArrayBuffer>,
  token?: string,
): Promise<PhotoIds> {
  const body = fileForm(token ?? (await asking.token()), bytes, "a.bin");
  return photoIn(await asking.call(redeemPath(), { method: "POST", body }));
}

export async function listed(asking: Asking, { photo_id: id }: Pick<PhotoIds, "photo_id">) {
  const answer = await asking.call(`/api/2/photo/list?photo_id=${id}&include_unpublished_p=1`, {
    headers: { authorization: `Bearer ${API_KEY}` },
  });
  const { data } = (await answer.json()) as { data: ListedPhoto[] };
  const [photo] = data;
  if (!photo) throw new Error(`photo ${id} is not listed`);
  return photo;
}

/** Waits until there are thumbnails, or until it is known that there are none. They are made behind everything else that the machine does. */
export function settled(asking: Asking, photo: PhotoIds): Promise<ListedPhoto> {
  return until(
    `thumbnails of photo ${photo.photo_id}`,
    async () => {
      const found = await listed(asking, photo);
      return found.thumbnails_state !== "pending" && found;
    },
    240_000,
  );
}

export function thumbnailPath(
  { tree_id: tree, photo_id: id, token }: PhotoIds,
  format: string,
): string {
  return `/${tree}/${id}/${token}/${format}`;
}
