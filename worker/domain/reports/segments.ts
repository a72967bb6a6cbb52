/**
 * A period as whole months, days and quarters of an hour (UTC): the buckets in which the past
 * is summed up, so that a year is a few of them.
 * @module
 */
export type Size = "quarter" | "day" | "month";

/** Which period, buckets of which size, from when until before when (ms), and whether they are added or taken away. */
export type Segment = [period: number, size: Size, from: number, to: number, sign: 1 | -1];

export interface Period {
  /** ms; multiples of a quarter of an hour. */
  from: number;
  /** Not part of it. */
  to: number;
}

export const quarterMs = 900_000;
export const dayMs = 86_400_000;

const startOfMonth = (ms: number): number => Date.UTC(new Date(ms).getUTCFullYear(), new Date(ms).getUTCMonth(), 1);
const nextMonth = (ms: number): number => Date.UTC(new Date(ms).getUTCFullYear(), new Date(ms).getUTCMonth() + 1, 1);

/** From the nearest midnight to an instant: added when it lies behind that midnight, taken away when before. */
function rest(period: number, at: number, sign: 1 | -1): Segment[] {
  const midnight = Math.round(at / dayMs) * dayMs;
  if (at === midnight) return [];
  return [at > midnight ? [period, "quarter", midnight, at, sign] : [period, "quarter", at, midnight, -sign as 1 | -1]];
}

function days(period: number, from: number, to: number, months: boolean): Segment[] {
  const [first, last] = [startOfMonth(from) === from ? from : nextMonth(from), startOfMonth(to)];
  const all: Segment[] = months && first < last ? [[period, "day", from, first, 1], [period, "month", first, last, 1], [period, "day", last, to, 1]] : [[period, "day", from, to, 1]];
  return all.filter(([, , begin, end]) => begin < end);
}

/** What is before `to` less what is before `from`, in the least of buckets. */
export function segmentsOf(periods: readonly Period[], { months = true }: { months?: boolean } = {}): Segment[] {
  return periods.flatMap(({ from, to }, index) => {
    const [first, last] = [from, to].map((at) => Math.round(at / dayMs) * dayMs) as [number, number];
    if (first === last) return [[index, "quarter", from, to, 1] satisfies Segment];
    return [...rest(index, to, 1), ...days(index, first, last, months), ...rest(index, from, -1)];
  });
}
