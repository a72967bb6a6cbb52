// Chance that is the same in every run of the same seed.

/** mulberry32: numbers from 0 to 1. */
export function chanceOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (most) => Math.floor(next() * most);
  return {
    next,
    below,
    of: (list) => list[below(list.length)],
    /** The first of a list much more often than the last. */
    early: (list) => list[Math.floor(next() ** 2.2 * list.length)],
    maybe: (share) => next() < share,
    /** UUIDv7, as db/ids.ts makes them. */
    id(ms) {
      const time = ms.toString(16).padStart(12, "0");
      const [a, b, c] = [below(0x1000), below(0x4000) | 0x8000, below(0x1000000)].map((one) => one.toString(16));
      return `${time.slice(0, 8)}-${time.slice(8)}-7${a.padStart(3, "0")}-${b}-${c.padStart(6, "0")}${below(0x1000000).toString(16).padStart(6, "0")}`;
    },
  };
}
