/**
 * Cron expressions on a clock that nobody changes: croner reads them and counts on UTC, and
 * what changes of the clock do to them is ours (times.ts). croner's own rule would leave out
 * lists and steps of hours in a skipped hour, and run them twice in a repeated one.
 * @module
 */
import { Cron, CronPattern } from "croner";

export interface Pattern {
  /** It names hours, so that each of its times is meant once a day. */
  fixed: boolean;
  /** The next matching wall time after this one, in whole seconds; null when there is none. */
  next(wall: number): number | null;
}

/** Thousands of schedules have few expressions; what one means never changes. */
const known = new Map<string, Pattern>();
const mostKnown = 2_000;

/** @throws Error saying what is wrong with it */
export function parseCron(text: string): Pattern {
  const there = known.get(text);
  if (there) return there;
  const read = readCron(text);
  if (known.size >= mostKnown) known.clear();
  known.set(text, read);
  return read;
}

function readCron(text: string): Pattern {
  const cron = text.trim();
  const fields = cron.split(/\s+/).length;
  if (!cron.startsWith("@") && fields !== 5 && fields !== 6) throw new Error(`it has ${cron === "" ? "no fields" : `${fields} field${fields === 1 ? "" : "s"}`}: write minute, hour, day of the month, month and day of the week, with seconds before them if wanted, or @hourly, @daily, @weekly, @monthly, @yearly`);
  if (cron.length > 200) throw new Error("it is longer than 200 characters");
  try {
    const options = { mode: "5-or-6-parts", utcOffset: 0, paused: true } as const;
    const hours = new CronPattern(cron, undefined, { mode: options.mode }).hour;
    const engine = new Cron(cron, options);
    return {
      fixed: hours.some((allowed) => !allowed),
      next: (wall) => engine.nextRun(new Date(Math.floor(wall / 1_000) * 1_000))?.getTime() ?? null,
    };
  } catch (error) {
    throw new Error(String(error instanceof Error ? error.message : error).replace(/^CronPattern: /, ""), { cause: error });
  }
}
