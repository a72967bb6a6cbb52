/** How long sessions last: see docs/platform.md, "Sessions". */
const day = 86_400_000;
/** A session that is not used for so long is over. */
const slidingMs = 30 * day;
/** However much it is used, it is over after this. */
const absoluteMs = 90 * day;

export function expiryOf(createdAt: number, now: number): number {
  return Math.min(now + slidingMs, createdAt + absoluteMs);
}
