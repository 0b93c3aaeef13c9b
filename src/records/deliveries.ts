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
  createdAt: number;
  attempts: number;
};

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
  /** Delivered or given up: its address, which holds the upload token, is deleted. */
  close(
    id: string,
    state: "delivered" | "given-up",
    error: string | null,
    now: number,
  ): Promise<void>;
}
