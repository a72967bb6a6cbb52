import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rankBetween, rankSomewhere } from "./rank.ts";

/** Where to put the next card: a fraction of the column. */
const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 120 });

function column(wanted: readonly number[], put: (above: string | null, below: string | null) => string): string[] {
  const ranks: string[] = [];
  for (const place of wanted) {
    const index = Math.round(place * ranks.length);
    ranks.splice(index, 0, put(ranks[index - 1] ?? null, ranks[index] ?? null));
  }
  return ranks;
}

const bytes = (text: string): string => Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, "0")).join("");

describe("ranks", () => {
  it("sort as the cards stand, wherever each was put, as texts and as bytes", () => {
    fc.assert(
      fc.property(places, fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (wanted, chance) => {
        for (const put of [rankBetween, (above: string | null, below: string | null) => rankSomewhere(above, below, () => chance.next().value)]) {
          const ranks = column(wanted, put);
          expect([...ranks].sort()).toEqual(ranks);
          expect(ranks.map(bytes).sort()).toEqual(ranks.map(bytes));
          expect(new Set(ranks).size).toBe(ranks.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("stay short where cards are always put on top, or always at the bottom", () => {
    const [top, bottom] = [(above: string | null, below: string | null) => rankSomewhere(above, below), rankBetween];
    expect(Math.max(...column(Array.from({ length: 5000 }, () => 0), top).map((rank) => rank.length))).toBeLessThan(16);
    expect(Math.max(...column(Array.from({ length: 5000 }, () => 1), bottom).map((rank) => rank.length))).toBeLessThan(8);
  });

  it("grow by a letter for about six cards that are put into the same gap", () => {
    let [above, below] = ["a0", "a1"];
    for (let count = 0; count < 600; count++) [above, below] = count % 2 === 0 ? [rankBetween(above, below), below] : [above, rankBetween(above, below)];
    expect(above.length).toBeLessThan(130);
  });
});
