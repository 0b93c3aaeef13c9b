/** A callback or pingback as `delivery/list` answers it (protocol 6.3). Times are Unix seconds; 0: none. */
export type CallbackItem = {
  delivery_id: string;
  event: "success" | "failure" | "created" | "updated" | "replaced" | "deleted";
  state: CallbackState;
  host: string;
  photo_id: number;
  attempts: number;
  created_at: number;
  next_at: number;
  closed_at: number;
  last_error: string;
};

export const CALLBACK_STATES = ["pending", "delivered", "given-up"] as const;

export type CallbackState = (typeof CALLBACK_STATES)[number];
