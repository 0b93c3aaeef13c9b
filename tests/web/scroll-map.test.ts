import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { mapScrolling } from "../../src/web/archive-page/views/photos/scroll-map.ts";
import {
  createScrollPosition,
  type Scroller,
} from "../../src/web/archive-page/views/photos/scroll-position.ts";

/** A million photos on a phone are about 43 million pixels high, more than browsers draw of one element. */
const HEIGHT = 43_000_000;
const HIGHEST = 8_000_000;
const WINDOW = 800;
/** Of the page, before the grid begins. */
const HEAD = 60;

const map = mapScrolling(HEIGHT, HIGHEST);

/** A page that can be scrolled as browsers let it: to its ends, and to whole pixels. */
function page(height: number): Scroller & { leapTo(y: number): void } {
  let y = 0;
  const put = (to: number) => {
    y = Math.round(Math.max(0, Math.min(HEAD + height - WINDOW, to)));
  };
  return { above: () => y - HEAD, scrollBy: (by) => put(y + by), leapTo: put };
}

function scaled() {
  const scroller = page(map.height);
  const position = createScrollPosition(scroller, map);
  const scroll = (by: number) => {
    scroller.scrollBy(by);
    position.scrolled();
  };
  return { scroller, position, scroll };
}

const anywhere = fc.integer({ min: 0, max: HEIGHT - WINDOW });

describe("the map", () => {
  test("of a grid that browsers can draw changes nothing", () => {
    const { height, isScaled, toElement, toLayout } = mapScrolling(HIGHEST, HIGHEST);
    expect([height, isScaled, toElement(77), toLayout(77)]).toEqual([HIGHEST, false, 77, 77]);
  });

  test("of a higher one is as high as browsers can draw, leads to and fro, and keeps the order", () => {
    expect(map.height).toBe(HIGHEST);
    expect([map.toLayout(0), map.toLayout(HIGHEST)]).toEqual([0, HEIGHT]);
    fc.assert(
      fc.property(anywhere, anywhere, (one, other) => {
        expect(map.toLayout(map.toElement(one))).toBeCloseTo(one, 3);
        expect(Math.sign(map.toElement(one) - map.toElement(other))).toBe(Math.sign(one - other));
      }),
    );
  });
});

describe("the position", () => {
  test("every height of the layout can be led to, to the pixel", () => {
    const { position } = scaled();
    fc.assert(
      fc.property(anywhere, (y) => {
        position.scrollTo(y);
        expect(Math.abs(position.top() - y)).toBeLessThanOrEqual(1);
      }),
    );
    for (const [wanted, is] of [
      [-5000, -HEAD],
      [HEIGHT * 2, HEIGHT - WINDOW],
    ] as const) {
      position.scrollTo(wanted);
      expect(position.top()).toBe(is);
    }
  });

  test("what is scrolled little by little moves by as many pixels, from wherever that begins", () => {
    const steps = fc.array(fc.integer({ min: -900, max: 900 }), { maxLength: 60 });
    fc.assert(
      fc.property(anywhere, steps, (y, by) => {
        const { position, scroll } = scaled();
        position.scrollTo(y);
        for (const step of by) {
          const before = position.top();
          scroll(step);
          const moved = position.top() - before;
          const isAtEnd = position.top() < 1000 || position.top() > HEIGHT - WINDOW - 1000;
          if (!isAtEnd) expect(moved).toBe(step);
          const seen = position.top();
          position.settle();
          expect(Math.abs(position.top() - seen)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  test("a leap of the scroll bar goes where the map says", () => {
    const { scroller, position } = scaled();
    for (const share of [0.5, 0.1, 0.9, 0, 1]) {
      scroller.leapTo(share * HIGHEST);
      position.scrolled();
      expect(Math.abs(position.top() - map.toLayout(scroller.above()))).toBeLessThan(1);
    }
    expect(position.top()).toBe(HEIGHT - WINDOW);
  });

  test("whoever scrolls on and on comes to both ends, though never by a leap", () => {
    for (const [way, end] of [
      [-4000, -HEAD],
      [4000, HEIGHT - WINDOW],
    ] as const) {
      const { position, scroll } = scaled();
      position.scrollTo(HEIGHT / 2);
      for (let step = 1; step < 8000 && position.top() !== end; step += 1) {
        scroll(way);
        // Nobody scrolls through a million photos without a rest.
        if (step % 100 === 0) position.settle();
      }
      expect(position.top()).toBe(end);
    }
  });

  test("another layout is where the browser has scrolled to", () => {
    const { position } = scaled();
    position.scrollTo(HEIGHT / 2);
    const higher = mapScrolling(HEIGHT + 500_000, HIGHEST);
    position.use(higher);
    expect(position.top()).toBeCloseTo(higher.toLayout(map.toElement(HEIGHT / 2)), -1);
    position.use(mapScrolling(5000, HIGHEST));
    expect(position.shift()).toBe(0);
  });
});
