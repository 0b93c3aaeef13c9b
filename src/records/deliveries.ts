/** What a delivery tells: how an upload came out, to its return_url; or what became of a photo (a pingback). */
export type DeliveryEvent = "success" | "failure" | PhotoEvent;

/** What pingbacks tell of a photo. */
export type PhotoEvent = "created" | "updated" | "replaced" | "deleted";

/** A pingback, as it will be made. */
export type NewPingback = { event: PhotoEvent; delivery: NewDelivery };

/** One request to a return_url, or of a pingback, as it will be made. */
export type NewDelivery = {
  id: string;
  method: "GET" | "POST";
  /** Of the address, with its port. */
  host: string;
  url: string;
  body: string;
};

export type Delivery = NewDelivery & {
  event: DeliveryEvent;
  /** Null for a pingback. */
  uploadId: number | null;
  /** The photo that it tells of; null where there is none. */
  photoId: number | null;
  /** When it was recorded, or when the operator asked for it again. */
  createdAt: number;
  /** Since then. */
  attempts: number;
};

export type DeliveryState = "pending" | "delivered" | "given-up";

/** A delivery as an operator looks at it. */
export type DeliveryEntry = Delivery & {
  state: DeliveryState;
  /** When the next attempt is due, while it is pending. */
  nextAt: number;
  lastError: string | null;
  /** When it was delivered or given up. */
  closedAt: number | null;
  /** Address and body of one that was given up, sealed; null in all others, and in those that earlier versions gave up. */
  sealed: string | null;
};

export type DeliveryFilter = {
  state?: DeliveryState;
  photoId?: number;
  limit: number;
  /** Only those behind this one in the order of the list. */
  after?: Pick<DeliveryEntry, "id" | "createdAt">;
};

/** What came of asking for a delivery again. */
export type Retry =
  | "due"
  | "delivered"
  /** It was given up a moment ago, and has to be opened first. */
  | "given-up"
  | "unknown";

export interface DeliveryRecords {
  /**
   * Those whose time has come, the longest waiting first; none to these hosts.
   * @param latest no delay ends after this moment: what is later was set by a clock that was ahead, and
   *   counts as due
   */
  due(
    now: number,
    limit: number,
    exceptHosts: readonly string[],
    latest?: number,
  ): Promise<Delivery[]>;
  /** Takes the ends of those that ended after now, by a clock that was ahead, for now. In slices, too. */
  clampClosed(now: number): AsyncIterable<number>;
  /** Deletes those that ended before then, in slices; yields how many each deleted. */
  pruneClosed(before: number): AsyncIterable<number>;
  /** When the next one is due, after this moment and not later than `latest`. */
  nextAt(after: number, latest?: number): Promise<number | undefined>;
  /** Where it seems to have been recorded later than that, by a clock that was ahead, it was recorded then. */
  retryAt(id: string, at: number, error: string): Promise<void>;
  /**
   * Delivered or given up: its address and its body, which hold the upload token, are deleted.
   * @param sealed both of them, sealed with the site's secret, for one that is given up and may be asked for again
   */
  close(
    id: string,
    state: "delivered" | "given-up",
    error: string | null,
    now: number,
    sealed?: string,
  ): Promise<void>;
  /** The newest first; those that were recorded in the same millisecond by their ids. */
  list(filter: DeliveryFilter): Promise<DeliveryEntry[]>;
  byId(id: string): Promise<DeliveryEntry | undefined>;
  /**
   * One that is pending, or was given up, is due now; of the latter the day of attempts begins anew.
   * @param opened address and body of one that was given up
   */
  retryNow(id: string, now: number, opened?: Pick<NewDelivery, "url" | "body">): Promise<Retry>;
}
