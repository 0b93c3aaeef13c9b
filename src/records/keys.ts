export const LEVELS = ["none", "anonymous", "read", "write", "admin", "super"] as const;
export type Level = (typeof LEVELS)[number];

export type ApiKey = {
  id: number;
  name: string;
  level: Level;
  createdAt: number;
  revokedAt: number | null;
};

export interface KeyRecords {
  add(key: { hash: string; name: string; level: Level; createdAt: number }): Promise<ApiKey>;
  byHash(hash: string): Promise<ApiKey | undefined>;
  byId(id: number): Promise<ApiKey | undefined>;
  list(): Promise<ApiKey[]>;
  /** The newest first, of those that were made before the one with this id. */
  page(before: number | undefined, limit: number): Promise<ApiKey[]>;
  /** False where there is no such key, or it is revoked already. */
  revoke(id: number, at: number): Promise<boolean>;
}
