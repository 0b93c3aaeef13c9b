/** A picture of mountains by a lake, as SVG: another one for each number, the same one each time. */
export function landscape(seed: number, width: number, height: number): string {
  const random = randomFrom(seed);
  const hue = Math.floor(random() * 360);
  const warm = (hue + 150 + random() * 60) % 360;
  const light = 42 + random() * 22;
  const horizon = height * (0.55 + random() * 0.15);
  const sun = { x: width * (0.15 + random() * 0.7), y: horizon * (0.35 + random() * 0.45) };
  const ridges = [0, 1, 2, 3].map((layer) => {
    const base = horizon - height * (0.2 - layer * 0.065);
    const color = `hsl(${hue} ${28 + layer * 6}% ${light - 8 - layer * 9}%)`;
    return `<path d="${ridge(random, width, base, height * 0.13, horizon)}" fill="${color}"/>`;
  });
  const waves = Array.from({ length: 26 }, () => {
    const y = horizon + random() * (height - horizon);
    const x = random() * width;
    const length = width * (0.02 + random() * 0.1);
    return `<rect x="${x}" y="${y}" width="${length}" height="2" fill="#fff" opacity="${random() * 0.35}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<defs>
<linearGradient id="sky" x2="0" y2="1"><stop stop-color="hsl(${hue} 55% ${light}%)"/><stop offset="1" stop-color="hsl(${warm} 75% 80%)"/></linearGradient>
<linearGradient id="water" x2="0" y2="1"><stop stop-color="hsl(${warm} 45% 68%)"/><stop offset="1" stop-color="hsl(${hue} 50% ${light - 20}%)"/></linearGradient>
</defs>
<rect width="${width}" height="${height}" fill="url(#sky)"/>
<circle cx="${sun.x}" cy="${sun.y}" r="${height * 0.06}" fill="#fffbe8" opacity="0.95"/>
<circle cx="${sun.x}" cy="${sun.y}" r="${height * 0.15}" fill="#fff3c4" opacity="0.25"/>
${ridges.join("\n")}
<rect y="${horizon}" width="${width}" height="${height - horizon}" fill="url(#water)"/>
${waves.join("\n")}
</svg>`;
}

/** A line of peaks from left to right, closed along the horizon. */
function ridge(
  random: () => number,
  width: number,
  base: number,
  rise: number,
  horizon: number,
): string {
  const steps = 14;
  const points = Array.from({ length: steps + 1 }, (_, step) => {
    const y = Math.min(horizon, base + (random() - 0.5) * 2 * rise);
    return `L${(width * step) / steps} ${y}`;
  });
  return `M0 ${horizon} ${points.join(" ")} L${width} ${horizon}Z`;
}

/** Numbers from 0 to 1 that only look random (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = Math.trunc(state + 0x6d2b79f5);
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
