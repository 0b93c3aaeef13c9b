/** An upload token as `upload-token/list` answers it (protocol 6.3). Times are Unix seconds. */
export type LinkItem = {
  token_id: number;
  title: string;
  /** Safe HTML. */
  description: string;
  sender: string;
  state: LinkStateName;
  created_at: number;
  valid_until: number;
  max_uploads: number;
  consumed: number;
  reserved: number;
  passphrase_p: boolean;
  user_id: number;
  replaces_photo_id: number;
  /** Address of its upload page; empty if it has none (replace tokens). */
  upload_url: string;
};

export const LINK_STATES = ["open", "used", "expired", "revoked"] as const;

export type LinkStateName = (typeof LINK_STATES)[number];
