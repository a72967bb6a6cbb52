/**
 * A little while without a timer: those are dear, and a turn whose steps wait for nothing
 * outside is over before any could ring.
 * @module
 */

/** Enough for some ten steps that only compute. */
const microtasks = 256;

const settled = Promise.resolve();

/** Gives one promise for a whole turn: it resolves after a number of microtasks, or when `over` says so. */
export function soonOf(over: () => boolean): () => Promise<void> {
  let begun: Promise<void> | null = null;
  return () => (begun ??= wait(over));
}

async function wait(over: () => boolean): Promise<void> {
  for (let left = microtasks; left > 0 && !over(); left--) await settled;
}
