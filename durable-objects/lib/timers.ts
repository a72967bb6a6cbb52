/**
 * Named timers over one alarm: pure functions on a map that is stored with the execution's
 * row, so that a timer and the state it belongs to are always written together.
 * @module
 */

/** ms since the epoch by name. */
export type Timers = Readonly<Record<string, number>>;

export function setTimer(timers: Timers, name: string, due: number | null): Timers {
  const { [name]: _, ...others } = timers;
  return due === null ? others : { ...others, [name]: due };
}

/** When the alarm has to ring, or null. */
export function nextDue(timers: Timers): number | null {
  let next: number | null = null;
  for (const due of Object.values(timers)) if (next === null || due < next) next = due;
  return next;
}

/** Names whose time has come, earliest first. */
export function dueTimers(timers: Timers, now: number): string[] {
  return Object.entries(timers)
    .filter(([, due]) => due <= now)
    .sort((a, b) => a[1] - b[1])
    .map(([name]) => name);
}
