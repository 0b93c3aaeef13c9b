import type { DeliveryEntry, DeliveryRecords } from "../records/records.ts";
import { openUp } from "./given-up.ts";

type Unseal = (sealed: string) => string;

/** What came of asking for a delivery again: `lost` where nobody knows its address any more. */
export type Retried = "due" | "delivered" | "lost" | "unknown";

/** What one that was given up would send; undefined where it cannot be known any more. */
export function openDelivery({ sealed }: Pick<DeliveryEntry, "sealed">, unseal: Unseal) {
  if (sealed === null) return undefined;
  try {
    return openUp(unseal(sealed));
  } catch {
    return undefined;
  }
}

/**
 * Makes a delivery due that is pending or was given up; of the latter the day of attempts begins anew. The deliverer of the
 * same process has to be woken; one of another process looks by itself.
 * @param now milliseconds since 1970
 */
export async function retryDelivery(
  deliveries: Pick<DeliveryRecords, "byId" | "retryNow">,
  unseal: Unseal,
  id: string,
  now: number,
): Promise<Retried> {
  for (;;) {
    const entry = await deliveries.byId(id);
    if (!entry) return "unknown";
    if (entry.state === "delivered") return "delivered";
    const opened = entry.state === "given-up" ? openDelivery(entry, unseal) : undefined;
    if (entry.state === "given-up" && !opened) return "lost";
    const result = await deliveries.retryNow(id, now, opened);
    // Else it was given up a moment ago, and is opened the next time.
    if (result !== "given-up") return result;
  }
}
