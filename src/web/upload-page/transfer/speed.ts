/** The speed is measured over this time: over less it would jump about, over more it would be late to show a change of the network. */
const windowMs = 8_000;
/** Moments closer than this are one sample: small files end hundreds of times a second. */
const closestMs = 100;

export type Speedometer = {
  /** Notes how many bytes have gone out in all, at `now` milliseconds. A smaller number than before begins the measurement anew. */
  record(bytes: number, now: number): void;
  /** Bytes per second over the last seconds; undefined until a second has been measured. */
  speed(): number | undefined;
  reset(): void;
};

export function createSpeedometer(): Speedometer {
  let samples: { bytes: number; at: number }[] = [];
  return {
    record(bytes, now) {
      const last = samples.at(-1);
      // A count that falls was begun anew: what was measured before says nothing about it.
      if (last !== undefined && bytes < last.bytes) samples = [];
      const before = samples.at(-2);
      if (before !== undefined && now - before.at < closestMs) samples.pop();
      samples.push({ bytes, at: now });
      while (samples[0] !== undefined && now - samples[0].at > windowMs) samples.shift();
    },
    speed() {
      const first = samples[0];
      const last = samples.at(-1);
      if (first === undefined || last === undefined || last.at - first.at < 1_000) return undefined;
      return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
    },
    reset() {
      samples = [];
    },
  };
}
