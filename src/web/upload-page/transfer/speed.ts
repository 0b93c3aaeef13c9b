/** How long a moment counts: shorter jumps about, longer does not notice a new network. */
const windowMs = 8_000;
const closestMs = 100;

export type Speedometer = {
  /** Tells how many bytes have gone out in all. A smaller number than before starts anew. */
  record(bytes: number, now: number): void;
  /** Bytes per second over the last few seconds; undefined until there is something to say. */
  speed(): number | undefined;
  reset(): void;
};

export function createSpeedometer(): Speedometer {
  let samples: { bytes: number; at: number }[] = [];
  return {
    record(bytes, now) {
      const last = samples.at(-1);
      // A chunk sent again starts from zero: that is a fall of the count, not of the speed.
      if (last !== undefined && bytes < last.bytes) samples = [];
      // Small files end hundreds of times a second: what is close together is one sample.
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
