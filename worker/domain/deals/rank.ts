/**
 * Places of cards in a column: texts that sort, with room for another between any two. Moving
 * a card writes that card alone.
 * @module
 */
import { generateKeyBetween } from "fractional-indexing";

/**
 * Between two ranks; null stands for the end of the column.
 * @throws Error when `above` does not come before `below`
 */
export function rankBetween(above: string | null, below: string | null): string {
  return generateKeyBetween(above, below);
}

/** So many halvings leave two who choose at once the same place in one of 16 million cases. */
const halvings = 24;

/**
 * Somewhere between two ranks, by chance: for those who do not look whether others choose at the same time.
 * @param random less than 1, as `Math.random`
 */
export function rankSomewhere(above: string | null, below: string | null, random: () => number = Math.random): string {
  let [low, high] = [above, below];
  let rank = generateKeyBetween(low, high);
  for (let left = halvings; left > 0; left--) {
    if (random() < 0.5) low = rank;
    else high = rank;
    rank = generateKeyBetween(low, high);
  }
  return rank;
}
