/** An API key as `key/list` answers it (protocol 6.3). Times are Unix seconds. */
export type KeyItem = {
  key_id: number;
  name: string;
  level: KeyLevel;
  created_at: number;
  /** 0 if it was not revoked. */
  revoked_at: number;
};

export const LEVEL_CHOICES = ["read", "write", "admin", "super"] as const;

export type KeyLevel = (typeof LEVEL_CHOICES)[number];
