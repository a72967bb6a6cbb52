/**
 * What is due is started: in batches, so many at once, for as long as an alarm may take.
 * Whatever goes wrong with one run concerns no other.
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";
import type { Run, SchedulerPlatform, Started } from "./ports.ts";
import { dueFires, type Fire, isFirst, type Outcome, overlapOf, type ScheduleRow, scheduleRow, settle, stateOf, takeDue } from "./store.ts";

const schedulesAtOnce = 500;
const firesAtOnce = 256;
const startsAtOnce = 16;
/** A start that has not answered by then is tried again, ms. */
const patienceMs = 30_000;
/** The alarm rings again at once after so long: what is written by then counts, ms. */
export const longestRingMs = 20_000;

type Starter = (run: Run) => Promise<Started>;

export interface Ringing {
  sql: SqlStorage;
  transaction(change: () => void): void;
  platform: SchedulerPlatform;
  now(): number;
}

/** Until nothing is due any more, or so much time has passed. */
export async function ring(ringing: Ringing): Promise<void> {
  const { sql, transaction, now } = ringing;
  const until = now() + longestRingMs;
  for (;;) {
    let moved = 0;
    transaction(() => {
      moved = takeDue(sql, now(), schedulesAtOnce);
    });
    const fires = dueFires(sql, now(), firesAtOnce);
    if (moved === 0 && fires.length === 0) return;
    await startAll(ringing, fires);
    if (now() > until) return;
  }
}

async function startAll(ringing: Ringing, fires: readonly Fire[]): Promise<void> {
  const { sql, platform, transaction, now } = ringing;
  const tenant = stateOf(sql)?.tenant;
  if (tenant === undefined || fires.length === 0) return;
  const rows = new Map<string, ScheduleRow>();
  for (const { schedule_id: id } of fires) {
    const row = rows.get(id) ?? scheduleRow(sql, id);
    if (row) rows.set(id, row);
  }
  const workflows = [...new Set([...rows.values()].map((row) => row.workflow_id))];
  const starter = await platform.starter(tenant, workflows).catch((error: unknown) => async (): Promise<Started> => ({ kind: "later", reason: errorMessage(error) }));
  // Runs of one schedule that must not overlap begin one after the other.
  const begun = new Set<string>();
  const turns = fires.map((fire) => async () => {
    const row = rows.get(fire.schedule_id);
    const alone = row !== undefined && overlapOf(row) !== "allow";
    if (alone && begun.has(row.id)) return;
    if (alone) begun.add(row.id);
    const outcome = row ? await attempt(ringing, tenant, row, fire, starter) : { kind: "refused" as const, reason: "the schedule is gone" };
    transaction(() => settle(sql, fire, outcome, now()));
  });
  await pool(turns, startsAtOnce);
}

async function attempt({ sql, platform }: Ringing, tenant: string, row: ScheduleRow, fire: Fire, start: Starter): Promise<Outcome> {
  try {
    const overlap = overlapOf(row);
    const before = overlap === "allow" ? null : !isFirst(sql, fire) ? "the run before has not begun" : row.begun !== null && !(await inTime(platform.ended(tenant, row.begun))) ? `the run before, ${row.begun}, had not ended` : null;
    if (before !== null) return { kind: overlap === "skip" && fire.backfill === "" ? "skip" : "wait", reason: before };
    return await inTime(start({ schedule: row.id, workflowId: row.workflow_id, at: fire.at }));
  } catch (error) {
    return { kind: "later", reason: errorMessage(error) };
  }
}

function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patienceMs / 1_000} seconds`)), patienceMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function pool(turns: readonly (() => Promise<void>)[], places: number): Promise<void> {
  const next = turns.values();
  await Promise.all(
    Array.from({ length: places }, async () => {
      for (const turn of next) await turn();
    }),
  );
}
