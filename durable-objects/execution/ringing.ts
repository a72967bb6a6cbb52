/**
 * What happens when the object's one alarm rings: every timer that is due, of every execution
 * in the object.
 *
 * Invariants
 * 1. It never throws: that would starve the other timers.
 * 2. A turn that may take the process with it is counted before it begins: the process being
 *    late or having died before makes it a suspect, and a suspect runs under a lease.
 * 3. Who died together does not begin again together: after the second death each waits a
 *    while of its own, so that what keeps killing the process soon dies alone.
 * @module
 */
import { errorMessage } from "../../db/error-message.ts";
import { dueTimers, setTimer, type Timers } from "../lib/timers.ts";
import { afterEnd } from "./neighbours.ts";
import { childPollMs, end, isTerminal, underWay } from "./outcome.ts";
import { maxDeaths, type Runner } from "./runner.ts";
import { type Execution, needsTending } from "./state.ts";

/** An alarm waits this long for the turns it began; longer ones go on under a lease. */
const patienceMs = 200;
/** A process that was neither down nor stuck rings sooner. */
const lateMs = 500;
const longestDelayMs = 8_000;
/** How often those who were not told of an end are told again. */
const untoldMs = 30_000;

export interface Ringing {
  readonly runner: Runner;
  /** Executions in memory. */
  readonly known: ReadonlyMap<string, Execution>;
  find(id: string): Execution | null;
  waitUntil(work: Promise<unknown>): void;
}

export async function ringAll(object: Ringing): Promise<void> {
  const { runner } = object;
  runner.alarm.rang();
  const turns: Promise<void>[] = [];
  for (const id of runner.store.dueIds(Date.now())) {
    try {
      const turn = ring(object, id);
      if (turn) turns.push(turn);
    } catch (error) {
      console.error(JSON.stringify({ level: "error", event: "alarm-failed", execution: id, message: errorMessage(error) }));
    }
  }
  // If the process dies while this waits, the platform rings again, and late.
  const patience = new Promise<"late">((resolve) => setTimeout(resolve, patienceMs, "late"));
  const done = Promise.allSettled(turns);
  if (turns.length > 0 && (await Promise.race([done, patience])) === "late") {
    for (const execution of object.known.values()) if (runner.isRunning(execution.request.id)) lease(runner, execution);
    object.waitUntil(done);
  }
  runner.alarm.rang();
  runner.alarm.arm();
}

function ring({ runner, find }: Ringing, id: string): Promise<void> | null {
  const execution = find(id);
  if (!execution) return null;
  const now = Date.now();
  const due = dueTimers(execution.timers, now);
  if (due.includes("report")) return reportAgain(runner, execution);
  if (isTerminal(execution.status)) return null;
  if (due.includes("timeout")) return expire(runner, execution, now);
  if (runner.isRunning(id)) {
    lease(runner, execution);
    return null;
  }
  const late = isLate(execution.timers, due, now);
  // A lease is only left behind by a process that died.
  if (due.includes("lease")) {
    const delay = delayAfterDeath(execution.crashes, Math.random());
    if (!runner.crashed(execution, "the process that ran it died", maxDeaths, delay)) return runner.report(execution);
    if (delay > 0) return null;
  }
  if (due.length === 1 && due[0] === "children") return askChildren(runner, execution, now);
  if (late || execution.crashes > 0) lease(runner, execution);
  return runner.run(execution);
}

/** A turn is under way: if the process dies, its lease begins it again, and counts the death. */
function lease(runner: Runner, execution: Execution): void {
  execution.timers = underWay(execution.timers, Date.now());
  runner.save(execution);
}

function isLate(timers: Timers, due: readonly string[], now: number): boolean {
  return due.some((name) => now - (timers[name] ?? now) > lateMs);
}

/** @param random in [0, 1) */
export function delayAfterDeath(deathsBefore: number, random: number): number {
  return deathsBefore === 0 ? 0 : Math.min(longestDelayMs, Math.round(random * 1_000 * 2 ** deathsBefore));
}

/** It ended, and the process died before everyone was told; or everyone was. */
function reportAgain(runner: Runner, execution: Execution): Promise<void> | null {
  const untold = execution.reported < execution.revision;
  execution.timers = untold ? { report: Date.now() + untoldMs } : {};
  if (untold) return runner.afterDeath(execution);
  runner.save(execution);
  return null;
}

function askChildren(runner: Runner, execution: Execution, now: number): Promise<void> {
  const open = runner.store.journal.open(execution.request.id);
  execution.timers = setTimer(execution.timers, "children", open.some(needsTending) ? now + childPollMs : null);
  runner.save(execution);
  return runner.askChildren(execution, open);
}

async function expire(runner: Runner, execution: Execution, now: number): Promise<void> {
  runner.fence(execution.request.id);
  execution.revision++;
  execution.error = { name: "ExecutionTimeoutError", code: "execution-timeout", message: `the execution took longer than its timeout, which ended ${new Date(execution.timeoutAt).toISOString()}` };
  end(execution, "failed", now);
  runner.save(execution);
  await runner.report(execution);
  await afterEnd(runner, execution);
}
