/** @param {number[]} values */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)];
  return low + (sorted[Math.ceil(at)] - low) * (at % 1);
}

/** @param {number[]} values */
export const median = (values) => quantile(values, 0.5);

/** Two digits that mean something, or one decimal. */
export const round = (value) => (value === null || value === undefined ? null : Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100);
