import { useEffect, useState } from "preact/hooks";

/** Times that are said as "in 20 seconds" are as coarse. */
const TICK_MS = 10_000;

/** The time, in milliseconds since 1970, again and again: whoever says how long something takes from now on stays right. */
export function useClock(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const ticking = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(ticking);
  }, []);
  return now;
}
