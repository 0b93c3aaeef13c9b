/** What `site/storage` answers (protocol 6.3). Sizes are bytes. */
export type StorageAnswer = {
  used: number;
  free: number;
  reserve: number;
  originals: number;
  trash: number;
  thumbnails: number;
  unfinished: number;
  photos: number;
  trashed_photos: number;
  by_album: readonly ({ album_id: number } & StorageShare)[];
  by_token: readonly ({ token_id: number } & StorageShare)[];
  /** When it was counted, in Unix seconds; 0: not yet. */
  at: number;
};

export type StorageShare = { title: string; bytes: number; photos: number };

/** What `site/health` answers (protocol 6.3). Times are Unix seconds. */
export type HealthAnswer = {
  version: string;
  started_at: number;
  now: number;
  uploads_under_way: number;
  deliveries_pending: number;
  deliveries_given_up: number;
  media_waiting: number;
  hashes_waiting: number;
  memory: number;
  disk_free: number;
  reserve: number;
  ffmpeg_p: boolean;
  public_list_p: boolean;
};
